using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>One run of the detector: which part of the picture it sees, at which scale and rotation.</summary>
public readonly record struct DetectionPass
{
    /// <summary>Height and width of the detector's input are multiples of this.</summary>
    public const int InputMultiple = 32;

    /// <summary>The sampled part of the picture, in pixels. Beyond the picture it is black.</summary>
    public PixelBox Region { get; init; }

    /// <summary>Width in pixels to which <see cref="Region"/> is sampled.</summary>
    public int SampleWidth { get; init; }

    /// <summary>Height in pixels to which <see cref="Region"/> is sampled.</summary>
    public int SampleHeight { get; init; }

    /// <summary>Clockwise rotation of the sample, in degrees, before the detector sees it.</summary>
    public float Rotation { get; init; }

    /// <summary>Whether the sample is mirrored left to right before the detector sees it.</summary>
    public bool Mirrored { get; init; }

    /// <summary>Faces whose center lies outside belong to a neighboring tile of the same scale, which sees more around them.</summary>
    public PixelBox Core { get; init; }

    /// <summary>Input pixels per pixel of the picture.</summary>
    public float Scale => SampleWidth / Region.Width;

    /// <summary>Width of the detector's input: the rotated sample's, rounded up to <see cref="InputMultiple"/>.</summary>
    public int InputWidth => Rotated(SampleWidth, SampleHeight);

    /// <summary>Height of the detector's input.</summary>
    public int InputHeight => Rotated(SampleHeight, SampleWidth);

    /// <summary>Pixels of the detector's input, which is what the run costs.</summary>
    public long InputPixels => (long)InputWidth * InputHeight;

    /// <summary>Whether the sample is neither rotated nor mirrored.</summary>
    internal bool IsPlain => Rotation == 0 && !Mirrored;

    /// <summary>Whether a face with this center is this pass's to report.</summary>
    internal bool Answers(PixelPoint center) =>
        center.X >= Core.X && center.X < Core.Right && center.Y >= Core.Y && center.Y < Core.Bottom;

    private int Rotated(int along, int across)
    {
        var (sin, cos) = MathF.SinCos(Rotation * MathF.PI / 180);
        var length = (MathF.Abs(cos) * along) + (MathF.Abs(sin) * across);

        // The cosine of 90° is not quite zero; that must not cost another 32 pixels.
        return (int)MathF.Ceiling((length - 0.01f) / InputMultiple) * InputMultiple;
    }
}
