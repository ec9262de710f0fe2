namespace MaskApi.Vision.Imaging;

/// <summary>Writes a picture as a file, without any metadata.</summary>
public static class ImageEncoder
{
    /// <summary>Encodes the picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="format">The file format.</param>
    /// <returns>The file.</returns>
    public static byte[] Encode(Raster picture, OutputFormat format) => throw new NotImplementedException();
}
