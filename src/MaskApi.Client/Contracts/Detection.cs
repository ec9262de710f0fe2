namespace MaskApi.Client;

/// <summary>What was found in one picture. Coordinates are pixels of the upright picture, origin top left, and may be fractional.</summary>
public sealed record Detection
{
    /// <summary>The picture as the service decoded it.</summary>
    public required ImageFacts Image { get; init; }

    /// <summary>The faces, largest first.</summary>
    public required IReadOnlyList<Face> Faces { get; init; }

    /// <summary>Number of faces by verdict.</summary>
    public required FaceSummary Summary { get; init; }

    /// <summary>Where the picture with boxes drawn can be fetched for a while; null if the service offers no links.</summary>
    public Uri? AnnotatedImageUrl { get; init; }

    /// <summary>Time that the service spent in each stage.</summary>
    public required Timings Timings { get; init; }
}

/// <summary>A picture as the service decoded it.</summary>
/// <param name="Width">Width in pixels, upright.</param>
/// <param name="Height">Height in pixels, upright.</param>
/// <param name="Format">Format of the content: <c>jpeg</c>, <c>png</c>, <c>webp</c>, <c>gif</c> or <c>bmp</c>.</param>
public sealed record ImageFacts(int Width, int Height, string Format);

/// <summary>One face and its verdict.</summary>
public sealed record Face
{
    /// <summary>The verdict.</summary>
    public required MaskLabel Label { get; init; }

    /// <summary>Probability of the likeliest label, 0–1.</summary>
    public required float Confidence { get; init; }

    /// <summary>Calibrated probabilities of the labels; null from a service that does not tell how masks are worn.</summary>
    public Probabilities? Probabilities { get; init; }

    /// <summary>Calibrated probability that a mask covers nose and mouth, 0–1.</summary>
    public required float MaskProbability { get; init; }

    /// <summary>Confidence that this is a face, 0–1.</summary>
    public required float DetectionConfidence { get; init; }

    /// <summary>The face, in pixels.</summary>
    public required Box Box { get; init; }

    /// <summary>The same box in fractions of the picture's width and height.</summary>
    public required Box RelativeBox { get; init; }

    /// <summary>The key points, if <see cref="DetectionOptions.Landmarks"/> asked for them.</summary>
    public Landmarks? Landmarks { get; init; }
}

/// <summary>Calibrated probabilities of the labels of one face, 0–1; they sum to 1.</summary>
/// <param name="WithMask">A mask covers nose and mouth.</param>
/// <param name="WithoutMask">There is no mask.</param>
/// <param name="IncorrectlyWorn">There is a mask, but nose or mouth is bare.</param>
public readonly record struct Probabilities(float WithMask, float WithoutMask, float IncorrectlyWorn);

/// <summary>A rectangle.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">Width.</param>
/// <param name="Height">Height.</param>
public readonly record struct Box(double X, double Y, double Width, double Height);

/// <summary>A point, in pixels.</summary>
/// <param name="X">From the left.</param>
/// <param name="Y">From the top.</param>
public readonly record struct Point(double X, double Y);

/// <summary>The six key points of BlazeFace; right and left are the person's own.</summary>
/// <param name="RightEye">Right eye.</param>
/// <param name="LeftEye">Left eye.</param>
/// <param name="NoseTip">Tip of the nose.</param>
/// <param name="Mouth">Center of the mouth.</param>
/// <param name="RightEarTragion">Tragion of the right ear.</param>
/// <param name="LeftEarTragion">Tragion of the left ear.</param>
public sealed record Landmarks(Point RightEye, Point LeftEye, Point NoseTip, Point Mouth, Point RightEarTragion, Point LeftEarTragion);

/// <summary>Number of faces by verdict.</summary>
/// <param name="Faces">All faces.</param>
/// <param name="WithMask">Faces with a mask.</param>
/// <param name="WithoutMask">Faces without one.</param>
/// <param name="Uncertain">Faces whose verdict is less sure than <see cref="DetectionOptions.MinConfidence"/>.</param>
public sealed record FaceSummary(int Faces, int WithMask, int WithoutMask, int Uncertain)
{
    /// <summary>Faces whose mask leaves nose or mouth bare; 0 from a service that does not tell how masks are worn.</summary>
    public int IncorrectlyWorn { get; init; }

    /// <summary>
    /// Faces that reached the threshold, including those cut by <see cref="DetectionOptions.MaxFaces"/>. If larger than
    /// <see cref="Faces"/>, the list is incomplete. Null if the service does not say.
    /// </summary>
    public int? Found { get; init; }
}

/// <summary>Time that the service spent in each stage, in milliseconds.</summary>
/// <param name="DecodeMs">Bytes to pixels.</param>
/// <param name="DetectMs">Finding the faces.</param>
/// <param name="ClassifyMs">Classifying them.</param>
/// <param name="TotalMs">From the last byte of the picture to the answer.</param>
public sealed record Timings(double DecodeMs, double DetectMs, double ClassifyMs, double TotalMs);
