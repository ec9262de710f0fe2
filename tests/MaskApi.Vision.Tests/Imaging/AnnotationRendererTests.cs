using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Tests.Imaging;

public sealed class AnnotationRendererTests
{
    [Theory]
    [InlineData(0.99f, 0.01f, MaskLabel.WithMask)]
    [InlineData(0.01f, 0.98f, MaskLabel.WithoutMask)]
    [InlineData(0.02f, 0.01f, MaskLabel.IncorrectlyWorn)]
    [InlineData(0.55f, 0.4f, MaskLabel.Uncertain)]
    [InlineData(0.4f, 0.3f, MaskLabel.Uncertain)]
    public void The_frame_has_the_color_of_the_verdict(float with, float without, MaskLabel label)
    {
        using var picture = Gray(400, 300);
        var box = new PixelBox(150, 100, 80, 90);
        AnnotationRenderer.Draw(picture, [Verdict(box, with, without)], minConfidence: 0.6f);

        var color = Color(Verdicts.Of(label).Color);
        TestPictures.AssertNear(color, picture.At(150, 145), tolerance: 40);
        TestPictures.AssertNear(color, picture.At(230, 145), tolerance: 40);
        TestPictures.AssertNear(color, picture.At(190, 190), tolerance: 40);
        Assert.Equal((128, 128, 128), picture.At(190, 145));
        Assert.Equal((128, 128, 128), picture.At(20, 20));
    }

    [Fact]
    public void With_is_green_without_red_incorrectly_worn_orange_and_uncertain_gray()
    {
        var green = Color(Verdicts.Of(MaskLabel.WithMask).Color);
        var red = Color(Verdicts.Of(MaskLabel.WithoutMask).Color);
        var orange = Color(Verdicts.Of(MaskLabel.IncorrectlyWorn).Color);
        var gray = Color(Verdicts.Of(MaskLabel.Uncertain).Color);
        Assert.True(green.G > green.R + 80 && green.G > green.B + 80);
        Assert.True(red.R > red.G + 80 && red.R > red.B + 80);
        Assert.True(orange.R > orange.G + 80 && orange.G > orange.B + 80);
        TestPictures.AssertNear(gray, (gray.G, gray.G, gray.G), tolerance: 8);
    }

    /// <summary>WCAG 2.1: 4.5 for text (AA), 3 for graphics such as the frame inside its dark outline.</summary>
    [Fact]
    public void Labels_and_frames_have_enough_contrast() => Assert.All(Verdicts.All, static verdict =>
    {
        Assert.InRange(Contrast(Color(verdict.Color), Color(verdict.Ink)), 4.5, 21);
        Assert.InRange(Contrast(Color(verdict.Color), (0, 0, 0)), 3, 21);
    });

    /// <summary>For every pair of colors, also for color-blind viewers; a difference of 10 is about what people see at a glance.</summary>
    [Theory]
    [MemberData(nameof(Observers))]
    public void Colors_differ_for_the_color_blind(string eyes, double[] matrix)
    {
        foreach (var one in Verdicts.All)
        {
            foreach (var other in Verdicts.All.Where(other => other.Label > one.Label))
            {
                var difference = ColorVision.Difference(Color(one.Color), Color(other.Color), matrix);
                Assert.True(difference >= 20, $"{eyes}: {one.Name} and {other.Name} differ by {difference:F1}");
            }
        }
    }

    public static TheoryData<string, double[]> Observers() => new(ColorVision.Observers.Select(static eyes => (eyes.Name, eyes.Matrix)));

    /// <summary>Without color, only the ink and its shape remain.</summary>
    [Theory]
    [InlineData(400)]
    [InlineData(60)]
    public void Every_verdict_has_its_own_sign(int width)
    {
        var drawn = new List<string>();
        foreach (var (with, without) in new[] { (0.99f, 0.01f), (0f, 0.99f), (0.01f, 0f), (0.55f, 0.4f) })
        {
            // The narrow picture has room only for the sign.
            using var picture = Gray(width, 300);
            AnnotationRenderer.Draw(picture, [Verdict(new PixelBox(10, 100, 40, 90), with, without)], 0.6f);
            var verdict = Verdicts.Of(Verdict(default, with, without).Label(0.6f));
            var shape = string.Concat(Enumerable.Range(0, 300 * width).Select(i => (X: i % width, Y: i / width)).Select(at =>
                at is { X: < 24, Y: < 99 } && TestPictures.Near(picture.At(at.X, at.Y), Color(verdict.Ink), 60) ? '#' : ' '));
            Assert.Contains('#', shape);
            drawn.Add(shape);
        }

        Assert.Equal(Verdicts.All.Count, drawn.Distinct().Count());
    }

    [Fact]
    public void The_table_has_one_row_per_verdict_and_no_duplicates()
    {
        Assert.Equal(Enum.GetValues<MaskLabel>(), Verdicts.All.Select(static verdict => verdict.Label));
        foreach (var column in new Func<Verdict, object>[] { v => v.Name, v => v.Header, v => v.Words, v => v.Sign, v => v.Color })
        {
            Assert.Equal(Verdicts.All.Count, Verdicts.All.Select(column).Distinct().Count());
        }
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
            var verdict = Verdict(new PixelBox(150, 100, 80, 90), probability);
            AnnotationRenderer.Draw(picture, [verdict], minConfidence: 0.6f);

            // Above the box: a plate in the verdict's color, and letters on it with a contrast of at least 4.5 (WCAG 2.1, AA).
            var plate = Color(Verdicts.Of(verdict.Label(0.6f)).Color);
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
    public void A_label_does_not_cover_a_neighbor_if_there_is_room()
    {
        // The second face ends right above the first one, so its label has to go elsewhere.
        using var picture = Gray(400, 300);
        var above = new PixelBox(100, 40, 100, 78);
        AnnotationRenderer.Draw(picture, [Verdict(new PixelBox(100, 120, 100, 100), 0.9f), Verdict(above, 0.9f)], 0.6f);
        for (var y = 60; y < 112; y++)
        {
            Assert.Equal((128, 128, 128), picture.At(150, y));
        }
    }

    [Fact]
    public void Faces_at_and_beyond_the_edges_are_drawn()
    {
        using var picture = Gray(64, 48);
        AnnotationRenderer.Draw(
            picture,
            [
                Verdict(new PixelBox(-20, -20, 40, 40), 0.9f),
                Verdict(new PixelBox(50, 40, 30, 30), 0.1f),
                Verdict(new PixelBox(0, 0, 64, 48), 0.5f),
            ],
            0.6f);
        Assert.True(Painted(picture) > 100);
    }

    private static FaceVerdict Verdict(PixelBox box, float probability) => Verdict(box, probability, 1 - probability);

    private static FaceVerdict Verdict(PixelBox box, float with, float without) =>
        new(box, 0.9f, default, new VerdictProbabilities(with, without, 1 - with - without));

    private static (byte R, byte G, byte B) Color(uint color) => ((byte)(color >> 16), (byte)(color >> 8), (byte)color);

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
        var (r, g, b) = ColorVision.Linear(color);
        return (0.2126 * r) + (0.7152 * g) + (0.0722 * b);
    }
}
