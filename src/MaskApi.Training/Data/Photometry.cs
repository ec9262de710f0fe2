namespace MaskApi.Training.Data;

/// <summary>Photometric augmentation, in place where possible.</summary>
internal static class Photometry
{
    /// <summary>Changes brightness, contrast, gamma, white balance and saturation.</summary>
    public static void Apply(RgbImage image, Augmentation how, SeededRandom random)
    {
        var pixels = image.Pixels;
        if (random.Chance(how.Tone))
        {
            var (contrast, brightness) = (random.LogUniform(0.6, 1.6), random.Uniform(-40, 40));
            var gamma = random.LogUniform(0.7, 1.4);
            Span<byte> curves = stackalloc byte[3 * 256];
            for (var c = 0; c < 3; c++)
            {
                var gain = random.LogUniform(0.88, 1.14);
                for (var v = 0; v < 256; v++)
                {
                    var curved = 255 * Math.Pow(v / 255.0, gamma);
                    curves[(c * 256) + v] = (byte)Math.Clamp((((curved * gain) - 128) * contrast) + 128 + brightness, 0, 255);
                }
            }

            for (var i = 0; i < pixels.Length; i++)
            {
                pixels[i] = curves[(i % 3 * 256) + pixels[i]];
            }
        }

        var saturation = random.Chance(how.Gray) ? 0f : random.Chance(how.Saturation) ? (float)random.Uniform(0.3, 1.6) : 1f;
        if (saturation == 1f)
        {
            return;
        }

        for (var i = 0; i < pixels.Length; i += 3)
        {
            var luma = (0.299f * pixels[i]) + (0.587f * pixels[i + 1]) + (0.114f * pixels[i + 2]);
            for (var c = 0; c < 3; c++)
            {
                pixels[i + c] = (byte)Math.Clamp(luma + (saturation * (pixels[i + c] - luma)), 0, 255);
            }
        }
    }

    /// <summary>Adds normally distributed noise.</summary>
    public static void AddNoise(RgbImage image, double deviation, SeededRandom random)
    {
        var pixels = image.Pixels;
        for (var i = 0; i < pixels.Length; i++)
        {
            // The sum of four uniform draws is close enough to normal and far cheaper.
            var draw = (random.Next() + random.Next() + random.Next() + random.Next() - 2) * 1.732;
            pixels[i] = (byte)Math.Clamp(pixels[i] + (deviation * draw), 0, 255);
        }
    }

    /// <summary>Applies Gaussian blur.</summary>
    public static RgbImage Blur(RgbImage image, double sigma)
    {
        var radius = (int)Math.Ceiling(2.5 * sigma);
        var kernel = new float[(2 * radius) + 1];
        for (var i = -radius; i <= radius; i++)
        {
            kernel[i + radius] = (float)Math.Exp(-i * i / (2 * sigma * sigma));
        }

        var total = kernel.Sum();
        for (var i = 0; i < kernel.Length; i++)
        {
            kernel[i] /= total;
        }

        var horizontal = Convolve(image, kernel, radius, 1, 0);
        return Convolve(horizontal, kernel, radius, 0, 1);
    }

    /// <summary>Swaps left and right.</summary>
    public static void Mirror(RgbImage image)
    {
        for (var y = 0; y < image.Height; y++)
        {
            var row = image.Pixels.AsSpan(y * image.Width * 3, image.Width * 3);
            for (int a = 0, b = row.Length - 3; a < b; a += 3, b -= 3)
            {
                (row[a], row[b]) = (row[b], row[a]);
                (row[a + 1], row[b + 1]) = (row[b + 1], row[a + 1]);
                (row[a + 2], row[b + 2]) = (row[b + 2], row[a + 2]);
            }
        }
    }

    /// <summary>Paints a gray rectangle in the upper half, where a mask never is.</summary>
    public static void Erase(RgbImage image, SeededRandom random)
    {
        var (width, height) = ((int)(image.Width * random.Uniform(0.15, 0.5)), (int)(image.Height * random.Uniform(0.1, 0.3)));
        var (left, top) = (random.Below(image.Width - width), random.Below((image.Height / 2) - height + 1));
        var shade = (byte)random.Below(256);
        for (var y = top; y < top + height; y++)
        {
            image.Pixels.AsSpan(((y * image.Width) + left) * 3, width * 3).Fill(shade);
        }
    }

    private static RgbImage Convolve(RgbImage image, float[] kernel, int radius, int dx, int dy)
    {
        var result = new RgbImage(image.Width, image.Height);
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                float r = 0, g = 0, b = 0;
                for (var k = -radius; k <= radius; k++)
                {
                    var sx = Math.Clamp(x + (k * dx), 0, image.Width - 1);
                    var sy = Math.Clamp(y + (k * dy), 0, image.Height - 1);
                    var at = ((sy * image.Width) + sx) * 3;
                    var weight = kernel[k + radius];
                    r += weight * image.Pixels[at];
                    g += weight * image.Pixels[at + 1];
                    b += weight * image.Pixels[at + 2];
                }

                var to = ((y * image.Width) + x) * 3;
                result.Pixels[to] = (byte)(r + 0.5f);
                result.Pixels[to + 1] = (byte)(g + 0.5f);
                result.Pixels[to + 2] = (byte)(b + 0.5f);
            }
        }

        return result;
    }
}
