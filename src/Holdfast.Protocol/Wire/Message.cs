using System.Buffers.Binary;

namespace Holdfast.Protocol.Wire;

/// <summary>Layout of WireGuard's four messages (paper, section 5.4): offsets and sizes in bytes.</summary>
internal static class Message
{
    /// <summary>First message of a handshake. The type is a little-endian word whose upper three bytes are zero.</summary>
    internal const uint Initiation = 1;
    internal const uint Response = 2;
    internal const uint CookieReply = 3;
    internal const uint Transport = 4;

    internal const int MacBytes = 16;
    internal const int TagBytes = 16;

    internal const int InitiationBytes = 148;
    internal const int InitiationSender = 4;
    internal const int InitiationEphemeral = 8;
    internal const int InitiationStatic = 40;
    internal const int InitiationTimestamp = 88;
    internal const int InitiationMac1 = 116;

    internal const int ResponseBytes = 92;
    internal const int ResponseSender = 4;
    internal const int ResponseReceiver = 8;
    internal const int ResponseEphemeral = 12;
    internal const int ResponseEmpty = 44;
    internal const int ResponseMac1 = 60;

    internal const int CookieReplyBytes = 64;
    internal const int CookieReplyReceiver = 4;
    internal const int CookieReplyNonce = 8;
    internal const int CookieReplyCookie = 32;

    /// <summary>
    /// What a receiver index in a transport message adds to the first of its block: bit 0 is the cipher, bits 1 to 4 are the
    /// sender's number of the path.
    /// </summary>
    internal const uint Aes256GcmIndex = 1;

    internal const int PathShift = 1;
    internal const uint PathMask = 0xF << PathShift;

    internal const int TransportReceiver = 4;
    internal const int TransportCounter = 8;
    internal const int TransportHeaderBytes = 16;
    internal const int TransportMinimumBytes = TransportHeaderBytes + TagBytes;

    /// <summary>The path that a receiver index names.</summary>
    internal static int PathOf(uint receiver) => (int)((receiver & PathMask) >> PathShift);

    internal static bool IsAes256Gcm(uint receiver) => (receiver & Aes256GcmIndex) != 0;

    /// <summary>Has a sealed transport message name another path: its receiver index is not authenticated.</summary>
    internal static void SetPath(Span<byte> transport, byte path)
    {
        var receiver = BinaryPrimitives.ReadUInt32LittleEndian(transport[TransportReceiver..]);
        BinaryPrimitives.WriteUInt32LittleEndian(
            transport[TransportReceiver..], (receiver & ~PathMask) | ((uint)path << PathShift));
    }

    /// <summary>The type of a datagram whose length fits it; 0 for anything else.</summary>
    internal static uint TypeOf(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < TransportMinimumBytes) return 0;
        var type = BinaryPrimitives.ReadUInt32LittleEndian(datagram);
        var fits = type switch
        {
            Transport => true,
            Initiation => datagram.Length == InitiationBytes,
            Response => datagram.Length == ResponseBytes,
            CookieReply => datagram.Length == CookieReplyBytes,
            _ => false,
        };
        return fits ? type : 0;
    }
}
