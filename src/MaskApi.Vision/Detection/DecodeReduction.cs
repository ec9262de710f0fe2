using MaskApi.Vision.Classification;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Detection;

/// <summary>
/// How far a picture may be reduced while it is decoded without losing what the models can use. Decoding dominates large photographs: a
/// quarter of a 12-megapixel JPEG takes about seven tenths of the whole's time and a sixteenth of its memory.
/// </summary>
internal static class DecodeReduction
{
    /// <summary>
    /// Minimum longer side of a reduced picture. A face of a sixth of that still has <see cref="MinCrop"/> pixels, so most photographs are
    /// decoded once. Reasoned, not measured.
    /// </summary>
    private const int MinSide = 896;

    /// <summary>
    /// Minimum shorter side of a face's crop, in pixels, if the whole picture has that many: as many as the classifier's input, and twice
    /// as many as most faces it was trained on. Reasoned, not measured: labelled photographs are hardly ever large enough to be reduced.
    /// </summary>
    private const int MinCrop = 160;

    /// <summary>Whether a picture can be reduced and is large enough for that.</summary>
    /// <param name="header">The picture's header.</param>
    internal static bool IsPossible(ImageHeader header) =>
        header.Format == ImageFormat.Jpeg && Math.Max(header.Width, header.Height) >= 2 * MinSide;

    /// <summary>The reduction for detection: no pass enlarges what was reduced.</summary>
    /// <param name="header">The picture's header.</param>
    /// <param name="largestScale">The largest scale at which the detector samples the picture.</param>
    internal static int ToDetect(ImageHeader header, float largestScale)
    {
        var smallest = (float)MinSide / Math.Max(header.Width, header.Height);
        return IsPossible(header) ? Of(1 / MathF.Max(largestScale, smallest)) : 1;
    }

    /// <summary>The reduction for classification.</summary>
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
