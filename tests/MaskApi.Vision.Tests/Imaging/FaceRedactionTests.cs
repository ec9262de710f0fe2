using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using SkiaSharp;

namespace MaskApi.Vision.Tests.Imaging;

public sealed class FaceRedactionTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    /// <summary>Both ways, on faces from 12 to 370 pixels.</summary>
    public static MatrixTheoryData<Redaction, float> Sizes { get; } =
        new([Redaction.Blur, Redaction.Pixelate], [0.125f, 0.25f, 0.5f, 1, 2, 4]);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Nothing_of_the_likeness_is_left(Redaction redaction, float scale)
    {
        using var picture = Portrait(scale);
        var box = new PixelBox(177 * scale, 80 * scale, 92 * scale, 97 * scale);
        var before = Thumbnail(picture, box);
        FaceRedaction.Apply(picture, [Face(box)], redaction);
        var after = Thumbnail(picture, box);

        // Of 255 levels, on average over the thumbnail.
        var difference = before.Zip(after, static (one, other) => MathF.Abs(one - other)).Average();
        Assert.InRange(difference, 12, 255);
    }

    /// <summary>The detector finds no face where one was redacted, so none of its key points either.</summary>
    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(Redaction.Blur)]
    [InlineData(Redaction.Pixelate)]
    public void No_key_points_can_be_recovered(Redaction redaction)
    {
        using var pipeline = FacePipeline.Load(new VisionOptions());
        foreach (var scale in (float[])[0.25f, 0.5f, 1, 2, 4])
        {
            using var picture = Portrait(scale);
            var faces = pipeline.Analyze(picture, new AnalysisOptions(), _token).Faces;
            Assert.Single(faces);
            FaceRedaction.Apply(picture, faces, redaction);
            Assert.Empty(pipeline.Analyze(picture, new AnalysisOptions(), _token).Faces);
        }
    }

    [Theory]
    [InlineData(Redaction.Blur)]
    [InlineData(Redaction.Pixelate)]
    public void Every_pixel_of_every_face_changes_also_at_edges_and_where_faces_overlap(Redaction redaction)
    {
        // A checkerboard: what is left as it was is black or white.
        using var picture = new Raster(200, 150);
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                var shade = (byte)((x + y) % 2 * 255);
                new byte[] { shade, shade, shade, 255 }.CopyTo(picture.Row(y)[(x * 4)..]);
            }
        }

        PixelBox[] boxes =
        [
            new(-10, -10, 40, 40), new(180, 120, 40, 60), new(90, 60, 40, 40), new(110, 75, 40, 40), new(60, 20, 3, 3), new(20, 148, 30, 2),
        ];
        FaceRedaction.Apply(picture, [.. boxes.Select(Face)], redaction);
        foreach (var region in boxes.Select(box => box.ClipTo(picture.Width, picture.Height)))
        {
            for (var y = (int)region.Y; y < region.Bottom; y++)
            {
                for (var x = (int)region.X; x < region.Right; x++)
                {
                    Assert.InRange(picture.At(x, y).R, 1, 254);
                }
            }
        }

        Assert.Equal((255, 255, 255), picture.At(1, 100));
        Assert.Equal((0, 0, 0), picture.At(2, 100));
    }

    [Fact]
    public void A_box_outside_the_picture_redacts_nothing()
    {
        using var picture = TestPictures.QuadrantRaster();
        FaceRedaction.Apply(picture, [Face(new PixelBox(500, 500, 10, 10)), Face(new PixelBox(10, 10, 0, 0))], Redaction.Blur);
        Assert.Equal((255, 0, 0), picture.At(10, 10));
    }

    [Theory]
    [InlineData(Redaction.Blur)]
    [InlineData(Redaction.Pixelate)]
    public void Verdicts_are_drawn_as_ever(Redaction redaction)
    {
        using var picture = Portrait(1);
        var face = Face(new PixelBox(177, 80, 92, 97));
        AnnotationRenderer.Draw(picture, [face], minConfidence: 0.6f, redaction);
        var color = Verdicts.Of(MaskLabel.WithMask).Color;
        TestPictures.AssertNear(((byte)(color >> 16), (byte)(color >> 8), (byte)color), picture.At(177, 130), tolerance: 40);
    }

    private static FaceVerdict Face(PixelBox box) => new(box, 0.9f, null, VerdictProbabilities.OfMask(0.95f));

    private static Raster Portrait(float scale)
    {
        using var whole = SKBitmap.Decode(TestPictures.Read("astronaut.jpg"));
        var size = new SKImageInfo((int)(whole.Width * scale), (int)(whole.Height * scale), SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var scaled = whole.Resize(size, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var file = scaled.Encode(SKEncodedImageFormat.Png, 100);
        return TestPictures.Decode(file.ToArray());
    }

    /// <summary>The mean green of each of 16 by 16 parts of a box.</summary>
    private static float[] Thumbnail(Raster picture, PixelBox box)
    {
        const int side = 16;
        var means = new float[side * side];
        for (var i = 0; i < means.Length; i++)
        {
            var (left, top) = (box.X + (i % side * box.Width / side), box.Y + (i / side * box.Height / side));
            var (right, bottom) = (Math.Max(left + 1, left + (box.Width / side)), Math.Max(top + 1, top + (box.Height / side)));
            var (sum, count) = (0f, 0);
            for (var y = (int)top; y < (int)bottom; y++)
            {
                for (var x = (int)left; x < (int)right; x++)
                {
                    sum += picture.At(x, y).G;
                    count++;
                }
            }

            means[i] = sum / Math.Max(1, count);
        }

        return means;
    }
}
