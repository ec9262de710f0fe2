using System.Globalization;
using System.Text;

namespace MaskApi.Client;

/// <summary>Effort spent on finding faces.</summary>
public enum DetectionDetail
{
    /// <summary>One pass over the whole picture.</summary>
    Fast,

    /// <summary>As many passes as the picture is worth.</summary>
    Auto,

    /// <summary>Finds the smallest faces.</summary>
    High,
}

/// <summary>What to look for. Null means the service's default.</summary>
public sealed record DetectionOptions
{
    /// <summary>Minimum <see cref="Face.DetectionConfidence"/> of a reported face, 0–1.</summary>
    public float? DetectionThreshold { get; init; }

    /// <summary>A verdict less sure than this is <see cref="MaskLabel.Uncertain"/>, 0.5–1.</summary>
    public float? MinConfidence { get; init; }

    /// <summary>Maximum number of faces, largest first, 1–1000.</summary>
    public int? MaxFaces { get; init; }

    /// <summary>Detection effort.</summary>
    public DetectionDetail? Detail { get; init; }

    /// <summary>Whether to add the six key points of each face.</summary>
    public bool Landmarks { get; init; }

    /// <summary>The options as a query string with its question mark; empty if all are null.</summary>
    /// <param name="redaction">Of an annotated picture.</param>
    internal string ToQuery(Redaction? redaction = null)
    {
        var query = new StringBuilder();
        Add("detectionThreshold", DetectionThreshold?.ToString(CultureInfo.InvariantCulture));
        Add("minConfidence", MinConfidence?.ToString(CultureInfo.InvariantCulture));
        Add("maxFaces", MaxFaces?.ToString(CultureInfo.InvariantCulture));
        Add("detail", Detail switch
        {
            null => null,
            DetectionDetail.Fast => "fast",
            DetectionDetail.Auto => "auto",
            DetectionDetail.High => "high",
            _ => throw new InvalidOperationException($"{Detail} is not a detection detail."),
        });
        Add("landmarks", Landmarks ? "true" : null);
        Add("redact", redaction switch
        {
            null => null,
            Redaction.None => "none",
            Redaction.Blur => "blur",
            Redaction.Pixelate => "pixelate",
            _ => throw new InvalidOperationException($"{redaction} is not a redaction."),
        });
        return query.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(value);
            }
        }
    }
}
