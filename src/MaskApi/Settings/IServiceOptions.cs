namespace MaskApi.Settings;

/// <summary>
/// The settings of one concern: a section of the configuration, with defaults and validation. The table of docs/settings.md is generated
/// from the documentation comments of the records that implement this.
/// </summary>
internal interface IServiceOptions
{
    /// <summary>Path of the section, for example <c>MaskApi:Limits</c>.</summary>
    static abstract string Section { get; }

    /// <summary>
    /// What is wrong beyond the <see cref="System.ComponentModel.DataAnnotations.RangeAttribute"/> of a property: one message per setting,
    /// each naming the setting; empty if all is well.
    /// </summary>
    IEnumerable<string> Validate() => [];
}
