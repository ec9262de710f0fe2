using MaskApi.Vision;

namespace MaskApi.Contracts;

/// <summary>What was found in one picture.</summary>
internal sealed record Detection
{
    /// <summary>The picture as decoded.</summary>
    public required ImageFacts Image { get; init; }

    /// <summary>The faces, largest first; empty if there are none.</summary>
    public required IReadOnlyList<Face> Faces { get; init; }

    /// <summary>Number of faces by verdict.</summary>
    public required FaceSummary Summary { get; init; }

    /// <summary>
    /// Where the picture with the boxes drawn can be fetched for a while, by anyone who knows the address. Absent if the operator turned
    /// links off or their store is down.
    /// </summary>
    public string? AnnotatedImageUrl { get; init; }

    /// <summary>Time spent in each stage.</summary>
    public required Timings Timings { get; init; }
}

/// <summary>The picture as decoded.</summary>
/// <param name="Width">Width in pixels, upright.</param>
/// <param name="Height">Height in pixels, upright.</param>
/// <param name="Format">Format of the content: `jpeg`, `png`, `webp`, `gif` or `bmp`.</param>
internal sealed record ImageFacts(int Width, int Height, string Format);

/// <summary>One face and its verdict.</summary>
internal sealed record Face
{
    /// <summary>
    /// `with_mask` (nose and mouth are covered), `incorrectly_worn` (there is a mask, but nose or mouth is bare), `without_mask`, or
    /// `uncertain` (the likeliest verdict is less sure than `minConfidence`); tolerate new values.
    /// </summary>
    public required string Label { get; init; }

    /// <summary>The largest of the probabilities, 0–1.</summary>
    public required float Confidence { get; init; }

    /// <summary>Calibrated probabilities of the verdicts.</summary>
    public required Probabilities Probabilities { get; init; }

    /// <summary>The old name of `probabilities.withMask`, 0–1.</summary>
    public required float MaskProbability { get; init; }

    /// <summary>Confidence that this is a face, 0–1.</summary>
    public required float DetectionConfidence { get; init; }

    /// <summary>The face in pixels of the upright picture.</summary>
    public required Box Box { get; init; }

    /// <summary>The same box in fractions of the picture's width and height.</summary>
    public required Box RelativeBox { get; init; }

    /// <summary>The six BlazeFace key points, if asked for with `landmarks=true`.</summary>
    public Landmarks? Landmarks { get; init; }
}

/// <summary>Calibrated probabilities of the verdicts on one face, 0–1; they sum to 1.</summary>
/// <param name="WithMask">A mask covers nose and mouth.</param>
/// <param name="WithoutMask">There is no mask.</param>
/// <param name="IncorrectlyWorn">There is a mask, but nose or mouth is bare.</param>
internal readonly record struct Probabilities(float WithMask, float WithoutMask, float IncorrectlyWorn);

/// <summary>A rectangle; may be fractional.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">Width.</param>
/// <param name="Height">Height.</param>
internal readonly record struct Box(double X, double Y, double Width, double Height);

/// <summary>A point in pixels of the upright picture.</summary>
/// <param name="X">From the left.</param>
/// <param name="Y">From the top.</param>
internal readonly record struct Point(double X, double Y);

/// <summary>The six key points of BlazeFace; right and left are the person's own.</summary>
/// <param name="RightEye">Right eye.</param>
/// <param name="LeftEye">Left eye.</param>
/// <param name="NoseTip">Tip of the nose.</param>
/// <param name="Mouth">Center of the mouth.</param>
/// <param name="RightEarTragion">Tragion of the right ear.</param>
/// <param name="LeftEarTragion">Tragion of the left ear.</param>
internal sealed record Landmarks(Point RightEye, Point LeftEye, Point NoseTip, Point Mouth, Point RightEarTragion, Point LeftEarTragion);

/// <summary>Number of faces by verdict.</summary>
/// <param name="Faces">All faces.</param>
/// <param name="WithMask">Faces with a mask over nose and mouth.</param>
/// <param name="WithoutMask">Faces without one.</param>
/// <param name="IncorrectlyWorn">Faces whose mask leaves nose or mouth bare.</param>
/// <param name="Uncertain">Faces whose verdict is less sure than `minConfidence`.</param>
internal sealed record FaceSummary(int Faces, int WithMask, int WithoutMask, int IncorrectlyWorn, int Uncertain)
{
    /// <summary>
    /// Faces that reached `detectionThreshold`, including those cut by `maxFaces`. If larger than `faces`, the list is incomplete.
    /// </summary>
    public int Found { get; init; } = Faces;

    /// <summary>Adds up summaries; all zeros for none.</summary>
    public static FaceSummary Sum(IEnumerable<FaceSummary> summaries) => summaries.Aggregate(
        new FaceSummary(0, 0, 0, 0, 0), static (a, b) => new(
        a.Faces + b.Faces,
        a.WithMask + b.WithMask,
        a.WithoutMask + b.WithoutMask,
        a.IncorrectlyWorn + b.IncorrectlyWorn,
        a.Uncertain + b.Uncertain)
        {
            Found = a.Found + b.Found,
        });

    /// <summary>The number of faces with a verdict.</summary>
    public int Count(MaskLabel label) => label switch
    {
        MaskLabel.WithMask => WithMask,
        MaskLabel.WithoutMask => WithoutMask,
        MaskLabel.IncorrectlyWorn => IncorrectlyWorn,
        MaskLabel.Uncertain => Uncertain,
        _ => throw new ArgumentOutOfRangeException(nameof(label), label, "This verdict has no count."),
    };
}

/// <summary>Time spent in each stage, in milliseconds.</summary>
/// <param name="DecodeMs">Bytes to pixels.</param>
/// <param name="DetectMs">Finding the faces.</param>
/// <param name="ClassifyMs">Classifying them.</param>
/// <param name="TotalMs">From the last byte of the picture to the answer, including the wait for a place.</param>
internal sealed record Timings(double DecodeMs, double DetectMs, double ClassifyMs, double TotalMs);

/// <summary>The results of a batch.</summary>
/// <param name="Results">One entry per picture, in the order sent.</param>
internal sealed record DetectionBatch(IReadOnlyList<BatchResult> Results);

/// <summary>The result of one picture: either a detection or a problem.</summary>
internal sealed record BatchResult
{
    /// <summary>The file's name as sent.</summary>
    public required string Name { get; init; }

    /// <summary>The status that the picture alone would have got.</summary>
    public required int Status { get; init; }

    /// <summary>What was found, if the status is 200.</summary>
    public Detection? Detection { get; init; }

    /// <summary>What went wrong, if it is not.</summary>
    public Problem? Problem { get; init; }
}
