namespace MaskApi.Training.Data;

/// <summary>
/// What is done at random to a crop before the network sees it, in the order in which a camera would: where the face is, how many pixels it
/// has, how it turned out, how it was stored. Probabilities are 0–1.
/// </summary>
public sealed record Augmentation
{
    /// <summary>Nothing: the crop as the service would cut it.</summary>
    public static readonly Augmentation None = new()
    {
        Flip = 0,
        BoxShift = 0,
        BoxScale = 0,
        Rotate = 0,
        AnyAngle = 0,
        Tone = 0,
        Saturation = 0,
        Gray = 0,
        Blur = 0,
        Noise = 0,
        Jpeg = 0,
        Shrink = 0,
        Erase = 0,
        Cover = 0,
    };

    /// <summary>Chance of a mirror image.</summary>
    public double Flip { get; init; } = 0.5;

    /// <summary>Standard deviation of the box's shift, as a share of its size: detectors are never exact.</summary>
    public double BoxShift { get; init; } = 0.05;

    /// <summary>Standard deviation of the logarithm of the box's scale, drawn for width and height apart.</summary>
    public double BoxScale { get; init; } = 0.08;

    /// <summary>Chance of a small turn (standard deviation 12°).</summary>
    public double Rotate { get; init; } = 0.5;

    /// <summary>Chance of a turn by any angle: people lie down, phones are held wrong.</summary>
    public double AnyAngle { get; init; } = 0.03;

    /// <summary>Chance of other brightness, contrast, gamma and white balance.</summary>
    public double Tone { get; init; } = 0.8;

    /// <summary>Chance of stronger or weaker colors.</summary>
    public double Saturation { get; init; } = 0.5;

    /// <summary>Chance of a black-and-white picture.</summary>
    public double Gray { get; init; } = 0.05;

    /// <summary>Chance of blur.</summary>
    public double Blur { get; init; } = 0.2;

    /// <summary>Chance of sensor noise.</summary>
    public double Noise { get; init; } = 0.2;

    /// <summary>Chance of JPEG artifacts (quality 25–90).</summary>
    public double Jpeg { get; init; } = 0.4;

    /// <summary>Chance of shrinking the face to <see cref="ShrinkFrom"/>–<see cref="ShrinkTo"/> pixels: most faces in a crowd are small.</summary>
    public double Shrink { get; init; } = 0.4;

    /// <summary>Least side after shrinking, pixels.</summary>
    public int ShrinkFrom { get; init; } = 12;

    /// <summary>Greatest side after shrinking, pixels.</summary>
    public int ShrinkTo { get; init; } = 64;

    /// <summary>Chance of a rectangle painted over, away from where the mask decides.</summary>
    public double Erase { get; init; }

    /// <summary>Chance that the mouth of a face without a mask is hidden behind a piece of another picture.</summary>
    public double Cover { get; init; }
}
