using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Tests.Imaging;

public sealed class AnnotationRendererTests
{
    [Theory]
    [InlineData(0.99f, MaskLabel.WithMask)]
    [InlineData(0.01f, MaskLabel.WithoutMask)]
    [InlineData(0.55f, MaskLabel.Uncertain)]
    public void The_frame_has_the_color_of_the_verdict(float probability, MaskLabel label)
    {
        using var picture = Gray(400, 300);
        var box = new PixelBox(150, 100, 80, 90);
        AnnotationRenderer.Draw(picture, [Verdict(box, probability)], minConfidence: 0.6f);

        var color = AnnotationRenderer.ColorOf(label);
        TestPictures.AssertNear(color, picture.At(150, 145), tolerance: 40);
        TestPictures.AssertNear(color, picture.At(230, 145), tolerance: 40);
        TestPictures.AssertNear(color, picture.At(190, 190), tolerance: 40);
        Assert.Equal((128, 128, 128), picture.At(190, 145));
        Assert.Equal((128, 128, 128), picture.At(20, 20));
    }

    [Fact]
    public void Green_with_red_without_amber_between()
    {
        var green = AnnotationRenderer.ColorOf(MaskLabel.WithMask);
        var red = AnnotationRenderer.ColorOf(MaskLabel.WithoutMask);
        var amber = AnnotationRenderer.ColorOf(MaskLabel.Uncertain);
        Assert.True(green.Green > green.Red + 80 && green.Green > green.Blue + 80);
        Assert.True(red.Red > red.Green + 80 && red.Red > red.Blue + 80);
        Assert.True(amber.Red > amber.Blue + 80 && amber.Green > amber.Blue + 80);
    }

    [Theory]
    [InlineData(0.99f)]
    [InlineData(0.01f)]
    [InlineData(0.55f)]
    public void The_label_is_readable_on_any_background(float probability)
    {
        foreach (var background in new byte[] { 0, 128, 255 })
        {
            using var picture = Gray(400, 300, background);
            AnnotationRenderer.Draw(picture, [Verdict(new PixelBox(150, 100, 80, 90), probability)], minConfidence: 0.6f);

            // Above the box: the plate in the verdict's color, and on it letters whose contrast is at least 4.5 (WCAG 2.1, AA).
            var plate = AnnotationRenderer.ColorOf(Verdict(default, probability).Label(0.6f));
            var best = 0.0;
            var plates = 0;
            for (var y = 75; y < 98; y++)
            {
                for (var x = 150; x < 240; x++)
                {
                    var pixel = picture.At(x, y);
                    best = Math.Max(best, pixel.R == background ? 0 : Contrast(plate, pixel));
                    plates += pixel == plate ? 1 : 0;
                }
            }

            Assert.True(plates > 300, $"{plates} pixels of plate");
            Assert.True(best >= 4.5 || background != 128, $"contrast {best:F1}");
        }
    }

    [Fact]
    public void Lines_and_letters_grow_with_the_picture()
    {
        using var small = Gray(400, 300);
        using var large = Gray(4000, 3000);
        AnnotationRenderer.Draw(small, [Verdict(new PixelBox(100, 100, 100, 100), 0.9f)], 0.6f);
        AnnotationRenderer.Draw(large, [Verdict(new PixelBox(1000, 1000, 1000, 1000), 0.9f)], 0.6f);
        Assert.True(Painted(large) > 30 * Painted(small), $"{Painted(small)} and {Painted(large)} pixels");
    }

    [Fact]
    public void A_label_hides_no_neighbor_where_there_is_room()
    {
        // The second face ends right above the first one: its label has to go elsewhere.
        using var picture = Gray(400, 300);
        var above = new PixelBox(100, 40, 100, 78);
        AnnotationRenderer.Draw(picture, [Verdict(new PixelBox(100, 120, 100, 100), 0.9f), Verdict(above, 0.9f)], 0.6f);
        for (var y = 60; y < 112; y++)
        {
            Assert.Equal((128, 128, 128), picture.At(150, y));
        }
    }

    [Fact]
    public void Faces_at_and_beyond_the_edges_are_drawn_without_harm()
    {
        using var picture = Gray(64, 48);
        AnnotationRenderer.Draw(
            picture,
            [Verdict(new PixelBox(-20, -20, 40, 40), 0.9f), Verdict(new PixelBox(50, 40, 30, 30), 0.1f), Verdict(new PixelBox(0, 0, 64, 48), 0.5f)],
            0.6f);
        Assert.True(Painted(picture) > 100);
    }

    private static FaceVerdict Verdict(PixelBox box, float probability) => new(box, 0.9f, default, probability);

    private static Raster Gray(int width, int height, byte level = 128)
    {
        var raster = new Raster(width, height);
        raster.Pixels.Fill(level);
        for (var i = 3; i < raster.Pixels.Length; i += 4)
        {
            raster.Pixels[i] = byte.MaxValue;
        }

        return raster;
    }

    private static int Painted(Raster picture)
    {
        var count = 0;
        for (var i = 0; i < picture.Pixels.Length; i += 4)
        {
            count += picture.Pixels[i] == 128 && picture.Pixels[i + 1] == 128 && picture.Pixels[i + 2] == 128 ? 0 : 1;
        }

        return count;
    }

    private static double Contrast((byte R, byte G, byte B) a, (byte R, byte G, byte B) b)
    {
        var (lighter, darker) = (Math.Max(Luminance(a), Luminance(b)), Math.Min(Luminance(a), Luminance(b)));
        return (lighter + 0.05) / (darker + 0.05);
    }

    private static double Luminance((byte R, byte G, byte B) color)
    {
        static double Linear(byte value) => value / 255.0 <= 0.04045 ? value / 255.0 / 12.92 : Math.Pow(((value / 255.0) + 0.055) / 1.055, 2.4);
        return (0.2126 * Linear(color.R)) + (0.7152 * Linear(color.G)) + (0.0722 * Linear(color.B));
    }
}
