namespace MaskApi.Training.Data;

/// <summary>
/// Random changes to a crop before the network sees it, in the order in which a camera would cause them: box placement, resolution,
/// exposure, compression. Probabilities are 0–1.
/// </summary>
public sealed record Augmentation
{
    /// <summary>No augmentation: the crop as the service would make it.</summary>
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

    /// <summary>Probability of mirroring.</summary>
    public double Flip { get; init; } = 0.5;

    /// <summary>Standard deviation of the box's shift, as a share of its size. Detectors are never exact.</summary>
    public double BoxShift { get; init; } = 0.05;

    /// <summary>Standard deviation of the logarithm of the box's scale, drawn separately for width and height.</summary>
    public double BoxScale { get; init; } = 0.08;

    /// <summary>Probability of a small rotation (standard deviation 12°).</summary>
    public double Rotate { get; init; } = 0.5;

    /// <summary>Probability of a rotation by any angle: people lie down, and phones are held sideways.</summary>
    public double AnyAngle { get; init; } = 0.03;

    /// <summary>Probability of a change in brightness, contrast, gamma and white balance.</summary>
    public double Tone { get; init; } = 0.8;

    /// <summary>Probability of a change in saturation.</summary>
    public double Saturation { get; init; } = 0.5;

    /// <summary>Probability of conversion to gray.</summary>
    public double Gray { get; init; } = 0.05;

    /// <summary>Probability of blur.</summary>
    public double Blur { get; init; } = 0.2;

    /// <summary>Probability of sensor noise.</summary>
    public double Noise { get; init; } = 0.2;

    /// <summary>Probability of JPEG artifacts (quality 25–90).</summary>
    public double Jpeg { get; init; } = 0.4;

    /// <summary>
    /// Probability of shrinking the face to <see cref="ShrinkFrom"/>–<see cref="ShrinkTo"/> pixels. Most faces in a crowd are small.
    /// </summary>
    public double Shrink { get; init; } = 0.4;

    /// <summary>Minimum side after shrinking, in pixels.</summary>
    public int ShrinkFrom { get; init; } = 12;

    /// <summary>Maximum side after shrinking, in pixels.</summary>
    public int ShrinkTo { get; init; } = 64;

    /// <summary>Probability of painting over a rectangle outside the mask's region.</summary>
    public double Erase { get; init; }

    /// <summary>Probability of hiding the mouth of an unmasked face behind a piece of another picture.</summary>
    public double Cover { get; init; }
}
