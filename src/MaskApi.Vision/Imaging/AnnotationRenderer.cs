namespace MaskApi.Vision.Imaging;

/// <summary>Draws verdicts onto a picture: green with a mask, red without, amber where uncertain.</summary>
public static class AnnotationRenderer
{
    /// <summary>Draws a box with label and confidence around every face, in place; sizes follow the picture's.</summary>
    /// <param name="picture">The picture to draw on.</param>
    /// <param name="faces">The verdicts, in pixels of that picture.</param>
    /// <param name="minConfidence">A verdict less sure than this is drawn as uncertain, 0.5–1.</param>
    public static void Draw(Raster picture, IReadOnlyList<FaceVerdict> faces, float minConfidence) => throw new NotImplementedException();
}
