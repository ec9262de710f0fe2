namespace MaskApi.Settings;

/// <summary>Settings that the service cannot start with.</summary>
/// <param name="failures">One message a setting, naming it.</param>
internal sealed class InvalidSettingsException(IReadOnlyList<string> failures) : Exception(string.Join(Environment.NewLine, failures))
{
    /// <summary>One message a setting, naming it.</summary>
    public IReadOnlyList<string> Failures { get; } = failures;
}
