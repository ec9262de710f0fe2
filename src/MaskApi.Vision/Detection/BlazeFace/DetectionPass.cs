using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>One run of the detector: which part of the picture it sees, how large, and turned by how much.</summary>
public readonly record struct DetectionPass
{
    /// <summary>What height and width of the detector's input are multiples of.</summary>
    public const int InputMultiple = 32;

    /// <summary>The part of the picture that is sampled, in pixels; it may reach beyond the picture, where it is black.</summary>
    public PixelBox Region { get; init; }

    /// <summary>Width in pixels to which <see cref="Region"/> is sampled.</summary>
    public int SampleWidth { get; init; }

    /// <summary>Height in pixels to which <see cref="Region"/> is sampled.</summary>
    public int SampleHeight { get; init; }

    /// <summary>By how many degrees, clockwise, the sample is turned before the detector sees it.</summary>
    public float Rotation { get; init; }

    /// <summary>Whether the sample is mirrored, left for right, before the detector sees it.</summary>
    public bool Mirrored { get; init; }

    /// <summary>Faces whose center lies outside are left to a neighboring tile of the same scale, which sees more around them.</summary>
    public PixelBox Core { get; init; }

    /// <summary>Pixels of the detector's input for each pixel of the picture.</summary>
    public float Scale => SampleWidth / Region.Width;

    /// <summary>Width of the detector's input: the turned sample's, rounded up to <see cref="InputMultiple"/>.</summary>
    public int InputWidth => Rotated(SampleWidth, SampleHeight);

    /// <summary>Height of the detector's input.</summary>
    public int InputHeight => Rotated(SampleHeight, SampleWidth);

    /// <summary>Pixels of the detector's input: what the run costs.</summary>
    public long InputPixels => (long)InputWidth * InputHeight;

    /// <summary>Whether the detector sees the sample as it is, neither turned nor mirrored.</summary>
    internal bool IsPlain => Rotation == 0 && !Mirrored;

    /// <summary>Whether a face with this center is for this pass to report.</summary>
    internal bool Answers(PixelPoint center) =>
        center.X >= Core.X && center.X < Core.Right && center.Y >= Core.Y && center.Y < Core.Bottom;

    private int Rotated(int along, int across)
    {
        var (sin, cos) = MathF.SinCos(Rotation * MathF.PI / 180);
        var length = (MathF.Abs(cos) * along) + (MathF.Abs(sin) * across);

        // A quarter turn's cosine is not quite zero; no input grows by 32 pixels for it.
        return (int)MathF.Ceiling((length - 0.01f) / InputMultiple) * InputMultiple;
    }
}
