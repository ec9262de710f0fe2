namespace MaskApi.Settings;

/// <summary>The service cannot start with these settings.</summary>
/// <param name="failures">One message per setting, naming it.</param>
internal sealed class InvalidSettingsException(IReadOnlyList<string> failures) : Exception(string.Join(Environment.NewLine, failures))
{
    /// <summary>One message per setting, naming it.</summary>
    public IReadOnlyList<string> Failures { get; } = failures;
}
