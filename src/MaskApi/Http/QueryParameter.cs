using System.Globalization;

namespace MaskApi.Http;

/// <summary>One query parameter: reading, checking and documentation all derive from it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it means, for the OpenAPI document.</param>
internal abstract record QueryParameter(string Name, string Description);

/// <summary>A number within bounds.</summary>
internal sealed record NumberParameter(string Name, float Default, float Min, float Max, string Description)
    : QueryParameter(Name, Description)
{
    /// <summary>Reads the value, or records what is wrong with it.</summary>
    public float Read(QueryReader query) =>
        query.Value(this) is not { } text ? Default
        : float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value >= Min && value <= Max ? value
        : query.Fail(this, $"must be a number between {Text(Min)} and {Text(Max)}", Default);

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A whole number within bounds.</summary>
internal sealed record IntegerParameter(string Name, int Default, int Min, int Max, string Description)
    : QueryParameter(Name, Description)
{
    /// <summary>Reads the value, or records what is wrong with it.</summary>
    public int Read(QueryReader query) =>
        query.Value(this) is not { } text ? Default
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= Min && value <= Max ? value
        : query.Fail(this, string.Create(CultureInfo.InvariantCulture, $"must be a whole number between {Min} and {Max}"), Default);
}

/// <summary>Yes or no.</summary>
internal sealed record FlagParameter(string Name, bool Default, string Description) : QueryParameter(Name, Description)
{
    /// <summary>Reads the value, or records what is wrong with it.</summary>
    public bool Read(QueryReader query) =>
        query.Value(this) is not { } text ? Default
        : bool.TryParse(text, out var value) ? value
        : query.Fail(this, "must be true or false", Default);
}

/// <summary>One of a few words.</summary>
internal sealed record ChoiceParameter(string Name, string? Default, IReadOnlyList<string> Choices, string Description)
    : QueryParameter(Name, Description)
{
    /// <summary>Reads the value, or records what is wrong with it.</summary>
    public string? Read(QueryReader query) =>
        query.Value(this) is not { } text ? Default
        : Choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } value ? value
        : query.Fail(this, $"must be one of: {string.Join(", ", Choices)}", Default);
}

/// <summary>Any text; documented here, checked elsewhere.</summary>
internal sealed record TextParameter(string Name, string Description) : QueryParameter(Name, Description)
{
    /// <summary>Reads the value.</summary>
    public string? Read(QueryReader query) => query.Value(this);
}
