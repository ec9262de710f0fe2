namespace MaskApi.Cli.Commands;

/// <summary>The program was called in a way that cannot work. The message is for the caller; nothing was done.</summary>
internal sealed class UsageException(string message) : Exception(message);
