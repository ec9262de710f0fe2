namespace MaskApi.Cli.Commands;

/// <summary>The call was wrong; nothing was done. The message is for the caller.</summary>
internal sealed class UsageException(string message) : Exception(message);
