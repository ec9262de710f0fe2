namespace MaskApi.Vision.Detection;

/// <summary>Turns and mirrors a small RGB sample into a detector's input; black around it.</summary>
internal static class Turning
{
    /// <summary>Fills a detector's input, bilinearly; quarter turns and mirroring of whole pixels come out exact.</summary>
    /// <param name="sample"><c>uint8[SampleHeight, SampleWidth, 3]</c>.</param>
    /// <param name="look">Sizes, turn and mirroring.</param>
    /// <param name="input"><c>uint8[InputHeight, InputWidth, 3]</c>; all of it is written.</param>
    internal static void Fill(ReadOnlySpan<byte> sample, Look look, Span<byte> input)
    {
        var map = new LookMap(look);
        var at = 0;
        for (var y = 0; y < look.InputHeight; y++)
        {
            for (var x = 0; x < look.InputWidth; x++, at += 3)
            {
                var from = map.ToSample(x + 0.5f, y + 0.5f);
                Sample(sample, look.SampleWidth, look.SampleHeight, from.X - 0.5f, from.Y - 0.5f, input.Slice(at, 3));
            }
        }
    }

    private static void Sample(ReadOnlySpan<byte> sample, int width, int height, float x, float y, Span<byte> rgb)
    {
        // Up to half a pixel beyond the outermost centers still shows the outermost pixel.
        if (!(x > -0.5f && x < width - 0.5f && y > -0.5f && y < height - 0.5f))
        {
            rgb.Clear();
            return;
        }

        (x, y) = (Math.Clamp(x, 0, width - 1), Math.Clamp(y, 0, height - 1));
        var (left, top) = ((int)x, (int)y);
        var (right, bottom) = (Math.Min(left + 1, width - 1), Math.Min(top + 1, height - 1));
        var (across, down) = (x - left, y - top);
        for (var channel = 0; channel < 3; channel++)
        {
            float Pixel(ReadOnlySpan<byte> pixels, int column, int row) => pixels[(((row * width) + column) * 3) + channel];
            var upper = Pixel(sample, left, top) + (across * (Pixel(sample, right, top) - Pixel(sample, left, top)));
            var lower = Pixel(sample, left, bottom) + (across * (Pixel(sample, right, bottom) - Pixel(sample, left, bottom)));
            rgb[channel] = (byte)(upper + (down * (lower - upper)) + 0.5f);
        }
    }
}
