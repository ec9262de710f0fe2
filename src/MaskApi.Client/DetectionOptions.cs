using System.Globalization;
using System.Text;

namespace MaskApi.Client;

/// <summary>How much effort goes into finding faces.</summary>
public enum DetectionDetail
{
    /// <summary>One look at the whole picture.</summary>
    Fast,

    /// <summary>As many looks as the picture is worth.</summary>
    Auto,

    /// <summary>Finds the smallest faces.</summary>
    High,
}

/// <summary>What to look for. What is null is left to the service's defaults.</summary>
public sealed record DetectionOptions
{
    /// <summary>Least <see cref="Face.DetectionConfidence"/> of a face to report, 0–1.</summary>
    public float? DetectionThreshold { get; init; }

    /// <summary>A verdict less sure than this is <see cref="MaskLabel.Uncertain"/>, 0.5–1.</summary>
    public float? MinConfidence { get; init; }

    /// <summary>Keep the largest so many faces, 1–1000.</summary>
    public int? MaxFaces { get; init; }

    /// <summary>Detection effort.</summary>
    public DetectionDetail? Detail { get; init; }

    /// <summary>Whether to add the six key points of each face.</summary>
    public bool Landmarks { get; init; }

    /// <summary>The options as a query, with its question mark; empty where all are left out.</summary>
    internal string ToQuery()
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
