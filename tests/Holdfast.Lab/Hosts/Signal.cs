namespace Holdfast.Labs;

/// <summary>Signals that tests send; the names are those of kill(1), with their numbers.</summary>
public enum Signal
{
    /// <summary>SIGHUP.</summary>
    Hup = 1,

    /// <summary>SIGINT.</summary>
    Int = 2,

    /// <summary>SIGKILL.</summary>
    Kill = 9,

    /// <summary>SIGUSR1.</summary>
    Usr1 = 10,

    /// <summary>SIGTERM.</summary>
    Term = 15,

    /// <summary>SIGCONT.</summary>
    Cont = 18,

    /// <summary>SIGSTOP.</summary>
    Stop = 19,
}
