namespace MaskApi.Vision.Imaging;

/// <summary>
/// Counts the scans of a JPEG. Every scan of a progressive file is a pass over all its coefficients, whether it brings
/// a bit or none, so a few kilobytes of empty scans keep a decoder busy for minutes ("Two Issues with the JPEG Standard",
/// libjpeg-turbo project, 2015). Encoders write about ten.
/// </summary>
internal static class JpegScans
{
    /// <summary>Most scans that are decoded; three times what common encoders' progressive scripts use.</summary>
    internal const int Limit = 32;

    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    /// <summary>Whether the file holds more scans than <see cref="Limit"/>.</summary>
    /// <param name="file">A JPEG file, whole or not.</param>
    internal static bool ExceedLimit(ReadOnlySpan<byte> file)
    {
        var scans = 0;
        var position = 2;
        while (position < file.Length)
        {
            // Entropy-coded data and anything stray is skipped up to the next marker: FF followed by neither
            // a stuffed zero, a restart marker (D0–D7) nor fill (FF). T.81, B.1.1.
            var offset = file[position..].IndexOf((byte)0xFF);
            if (offset < 0 || position + offset + 1 >= file.Length)
            {
                return false;
            }

            position += offset + 1;
            var marker = file[position];
            if (marker == EndOfImage)
            {
                return false;
            }

            if (marker is 0xFF)
            {
                continue;
            }

            position++;
            if (marker is 0x00 or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            if (marker == StartOfScan && ++scans > Limit)
            {
                return true;
            }

            if (position + 2 > file.Length)
            {
                return false;
            }

            position += (file[position] << 8) | file[position + 1];
        }

        return false;
    }
}
