namespace MaskApi.Settings;

/// <summary>
/// The settings of one concern: a section of the configuration, with its defaults and its own validation. The table of
/// docs/settings.md is made from the documentation comments of the records that implement this.
/// </summary>
internal interface IServiceOptions
{
    /// <summary>Path of the section, for example <c>MaskApi:Limits</c>.</summary>
    static abstract string Section { get; }

    /// <summary>What is wrong, one message a setting, each naming the setting; none when all is well.</summary>
    IEnumerable<string> Validate();
}
