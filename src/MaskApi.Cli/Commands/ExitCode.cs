namespace MaskApi.Cli.Commands;

/// <summary>What scripts can rely on.</summary>
internal static class ExitCode
{
    /// <summary>Every picture was judged.</summary>
    public const int Success = 0;

    /// <summary>Some pictures failed, or the run could not go on.</summary>
    public const int SomeFailed = 1;

    /// <summary>Nothing was done, because of how the program was called.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl-C: 128 and the number of the signal, as shells have it.</summary>
    public const int Interrupted = 130;
}
