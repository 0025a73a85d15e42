namespace Holdfast.Tests.Protocol.Sim;

/// <summary>What a <see cref="SimStep"/> does; the comment says what its value is.</summary>
internal enum SimAct
{
    // --- configuration -----------------------------------------------------------------------------------------

    PresharedKey, // Node and Other share one
    Keepalive, // Node's persistent keepalive, in seconds
    Learn, // Node has Other's address in its configuration
    Offers, // what Node offers from its next handshake on: the bits of Capabilities
    FewIndices, // Node draws receiver indices from so many blocks for each of its peers: they come again soon

    // --- the wire, everywhere ----------------------------------------------------------------------------------

    Delay, // ms
    Jitter, // ms, which reorders
    Loss, // per mille
    Duplicates, // per mille
    Corruption, // per mille: one bit flips
    Late, // per mille: held on the way for up to SimWire.LongestDelay

    // --- the wire, one direction -------------------------------------------------------------------------------

    Cut, // nothing gets from Node to Other
    LossOneWay, // per mille, from Node to Other
    Hole, // datagrams above so many bytes vanish from Node to Other
    Split, // bit n - 1 says on which side of the split node n is
    Heal, // ends these four

    // --- hosts -------------------------------------------------------------------------------------------------

    Restart, // Node: kill -9 and start
    RestartBoth, // Node and Other in the same moment
    Rollback, // Node restarts with the state directory of its first start, and a clock that is right
    Clock, // Node's wall clock is so many seconds off
    Move, // Node's datagrams come from another port
    Stop, // Node gets no turn for so many seconds, and then all timers at once
    Pause, // the same, and its clocks stand: a virtual machine without a processor
    Counter, // Node to Other: so many messages are left before the limit; negative: before a new key is due
    Replace, // Node removes the peer Other and adds it again

    // --- strangers, who heard everything and send so many datagrams to Node --------------------------------------

    Replay, // datagrams of any age
    Reflect, // what Node itself sent
    Flip, // with a bit flipped
    Resize, // cut short or with bytes behind
    Garble, // a good header before noise

    // --- life --------------------------------------------------------------------------------------------------

    Send, // so many packets from Node to Other within 10 s
    Forge, // so many packets from Node to Other whose inner source is somebody else's
    Pass, // so many ms pass
}
