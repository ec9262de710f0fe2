namespace MaskApi.Cli.Commands;

/// <summary>The exit codes, which scripts rely on.</summary>
internal static class ExitCode
{
    /// <summary>Every picture was analyzed.</summary>
    public const int Success = 0;

    /// <summary>Some pictures failed, or the run ended early.</summary>
    public const int SomeFailed = 1;

    /// <summary>The call was wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl-C: 128 plus the signal's number, as in a shell.</summary>
    public const int Interrupted = 130;
}
