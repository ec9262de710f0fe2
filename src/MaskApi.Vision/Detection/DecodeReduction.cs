using MaskApi.Vision.Classification;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Detection;

/// <summary>
/// How far a picture may be reduced while it is decoded: no further than what is done with it can use. Decoding dominates large
/// photographs. A quarter of a JPEG of 12 megapixels takes about seven tenths of the whole's time, and a sixteenth of its memory.
/// </summary>
internal static class DecodeReduction
{
    /// <summary>
    /// Least longer side of a reduced picture: a face of a sixth of that still has <see cref="MinCrop"/> pixels, so most
    /// photographs are decoded once. Reasoned, not measured.
    /// </summary>
    private const int MinSide = 896;

    /// <summary>
    /// Least shorter side of a face's crop, in pixels, if the whole picture has that many: twice as many as most faces that the
    /// classifier was trained on have, and as many as its input. Reasoned, not measured: the labelled photographs are hardly ever large
    /// enough to be reduced.
    /// </summary>
    private const int MinCrop = 160;

    /// <summary>The reduction at which faces are sought: no pass enlarges what was reduced.</summary>
    /// <param name="header">The picture's header.</param>
    /// <param name="detail">Effort.</param>
    internal static int ToDetect(ImageHeader header, DetectionDetail detail)
    {
        if (header.Format != ImageFormat.Jpeg || Math.Max(header.Width, header.Height) < 2 * MinSide)
        {
            return 1;
        }

        var scale = (float)MinSide / Math.Max(header.Width, header.Height);
        foreach (var pass in PassPlan.For(header.Width, header.Height, detail).All)
        {
            scale = MathF.Max(scale, pass.Scale);
        }

        return Of(1 / scale);
    }

    /// <summary>The reduction from which faces can be cut for the classifier.</summary>
    /// <param name="faces">The faces, in pixels of the whole picture.</param>
    /// <param name="header">The picture's header.</param>
    internal static int ToClassify(IReadOnlyList<DetectedFace> faces, ImageHeader header)
    {
        var least = int.MaxValue;
        for (var i = 0; i < faces.Count; i++)
        {
            var crop = FaceCropper.Region(faces[i].Box, header.Width, header.Height);
            least = Math.Min(least, Math.Min(crop.Width, crop.Height));
        }

        return Of((float)least / MinCrop);
    }

    private static int Of(float most) => most switch
    {
        >= 8 => 8,
        >= 4 => 4,
        >= 2 => 2,
        _ => 1,
    };
}
