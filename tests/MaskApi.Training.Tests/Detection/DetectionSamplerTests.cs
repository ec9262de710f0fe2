using MaskApi.Training.Data;
using MaskApi.Training.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Tests.Detection;

public sealed class DetectionSamplerTests
{
    private static readonly SamplerOptions _plain = new()
    {
        Textures = 0,
        AtFace = 1,
        ColoredBorder = 0,
        MinFace = 20,
        MaxFace = 70,
        Appearance = Augmentation.None,
    };

    [Fact]
    public void Boxes_and_key_points_follow_the_face()
    {
        var picture = Disc();
        var views = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var (view, faces) = DetectionSampler.Sample(picture, _plain, new SeededRandom(seed));
            var red = Bounds(view, (r, g, b) => r > 150 && g < 100 && b < 100);
            if (faces.Count == 0 || faces[0].Ignored)
            {
                continue;
            }

            views++;
            var box = faces[0].Box;

            // An ellipse's bounding box is exact under any linear map, so the red pixels' bounds equal the box, up to resampling blur.
            Assert.Equal(red.X, box.X, 2f);
            Assert.Equal(red.Y, box.Y, 2f);
            Assert.Equal(red.Right, box.Right, 2f);
            Assert.Equal(red.Bottom, box.Bottom, 2f);

            // Blue marks the eye on the picture's left, which is the person's right eye, or the left one when mirrored.
            var blue = Bounds(view, (r, g, b) => b > 150 && r < 100);
            var points = faces[0].Landmarks!.Value;
            if (blue.Width < 3 || blue.Height < 3 || blue.X < 2 || blue.Y < 2 || blue.Right > 190 || blue.Bottom > 190)
            {
                continue;
            }

            var near = Math.Min(Distance(points.RightEye, blue.Center), Distance(points.LeftEye, blue.Center));
            Assert.True(near < 2, $"seed {seed}: the nearest eye is {near} pixels from the mark");
        }

        Assert.True(views > 150, $"only {views} views had the face");
    }

    [Fact]
    public void Decoys_are_sampled_like_faces_but_not_labelled()
    {
        var disc = Disc();
        var picture = disc with { Faces = [], Decoys = [disc.Faces[0].Box] };
        for (var seed = 0; seed < 50; seed++)
        {
            var (view, faces) = DetectionSampler.Sample(picture, _plain, new SeededRandom(seed));

            Assert.Empty(faces);
            var red = Bounds(view, (r, g, b) => r > 150 && g < 100 && b < 100);
            Assert.InRange(Math.Max(red.Width, red.Height), 14, 90);
        }
    }

    [Fact]
    public void A_mirror_swaps_the_persons_right_and_left()
    {
        var points = LandmarkValues.From([10, 10, 30, 10, 20, 20, 20, 30, 5, 15, 35, 15]);
        var map = AffineMap.Place(new PixelPoint(20, 20), 20, 20, 1, 0, mirror: true);

        var faces = DetectionSampler.Visible([new TrainingFace(new PixelBox(0, 0, 40, 40), points, false)], map, mirror: true, 40);

        // The eye at (10, 10), the person's right, is now at (30, 10) and is the mirrored person's left eye.
        Assert.Equal(points, faces[0].Landmarks);
    }

    [Theory]
    [InlineData(90, 20, 0)] // counterclockwise: a point right of the center moves above it
    [InlineData(180, 0, 20)]
    [InlineData(-90, 20, 40)]
    public void Positive_angles_rotate_counterclockwise(double degrees, float x, float y)
    {
        var map = AffineMap.Place(new PixelPoint(20, 20), 20, 20, 1, degrees, mirror: false);

        var moved = map.Apply(new PixelPoint(40, 20));

        Assert.Equal(x, moved.X, 1e-4f);
        Assert.Equal(y, moved.Y, 1e-4f);
    }

    [Fact]
    public void A_mostly_cut_off_face_is_ignored_and_a_barely_visible_one_is_dropped()
    {
        var stay = AffineMap.Place(default, 0, 0, 1, 0, mirror: false);
        TrainingFace At(float x) => new(new PixelBox(x, 10, 40, 40), null, false);

        var faces = DetectionSampler.Visible([At(-4), At(-30), At(-36), At(-60)], stay, mirror: false, 96);

        Assert.Equal([false, true], faces.Select(face => face.Ignored));
        Assert.Equal(new PixelBox(0, 10, 36, 40), faces[0].Box);
    }

    [Fact]
    public void Equal_seeds_give_equal_batches_and_others_do_not()
    {
        TrainingPicture[] pictures = [Disc(), Disc()];
        var options = new SamplerOptions { Side = 64, Textures = 0.2 };
        DetectionBatches Of(int seed) => new(pictures, [1, 2], options, 8, seed);

        var first = Of(1).Render(3, TestContext.Current.CancellationToken);
        var again = Of(1).Render(3, TestContext.Current.CancellationToken);
        var other = Of(2).Render(3, TestContext.Current.CancellationToken);

        Assert.Equal(first.Rgb, again.Rgb);
        Assert.Equal(first.Faces, again.Faces);
        Assert.NotEqual(first.Rgb, other.Rgb);
    }

    [Fact]
    public async Task The_stream_keeps_the_order_of_batches_and_stops_early()
    {
        var batches = new DetectionBatches([Disc()], [1], new SamplerOptions { Side = 32 }, 2, 5);
        var number = 0;
        await foreach (var batch in batches.RenderAsync(6, TestContext.Current.CancellationToken))
        {
            Assert.Equal(batches.Render(number++, TestContext.Current.CancellationToken).Rgb, batch.Rgb);
        }

        Assert.Equal(6, number);

        await foreach (var batch in batches.RenderAsync(1_000_000, TestContext.Current.CancellationToken))
        {
            break;
        }
    }

    [Fact]
    public void Textures_cover_the_whole_view_and_differ()
    {
        var seen = new HashSet<string>();
        for (var seed = 0; seed < 20; seed++)
        {
            var view = new RgbImage(48, 48);
            TextureGenerator.Paint(view, new SeededRandom(seed));
            Assert.True(seen.Add(Convert.ToHexString(view.Pixels)));
        }
    }

    private static float Distance(PixelPoint a, PixelPoint b) => MathF.Sqrt(((a.X - b.X) * (a.X - b.X)) + ((a.Y - b.Y) * (a.Y - b.Y)));

    /// <summary>A red ellipse, 60 wide and 80 high, centered at (100, 80), with a blue dot at the eye on the picture's left.</summary>
    private static TrainingPicture Disc()
    {
        var image = new RgbImage(200, 160);
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                var (dx, dy) = ((x + 0.5f - 100) / 30, (y + 0.5f - 80) / 40);
                var eye = Distance(new PixelPoint(x + 0.5f, y + 0.5f), new PixelPoint(88, 66)) < 7;
                ReadOnlySpan<byte> color = (dx * dx) + (dy * dy) >= 1 ? [0, 0, 0] : eye ? [20, 20, 250] : [230, 20, 20];
                color.CopyTo(image.Pixels.AsSpan(((y * image.Width) + x) * 3));
            }
        }

        var points = LandmarkValues.From([88, 66, 112, 66, 100, 80, 100, 100, 72, 76, 128, 76]);
        return new TrainingPicture("disc", new PicturePyramid(image), [new TrainingFace(new PixelBox(70, 40, 60, 80), points, false)]);
    }

    private static PixelBox Bounds(RgbImage view, Func<byte, byte, byte, bool> matches)
    {
        var (left, top, right, bottom) = (view.Width, view.Height, 0, 0);
        for (var y = 0; y < view.Height; y++)
        {
            for (var x = 0; x < view.Width; x++)
            {
                var at = ((y * view.Width) + x) * 3;
                if (!matches(view.Pixels[at], view.Pixels[at + 1], view.Pixels[at + 2]))
                {
                    continue;
                }

                (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
            }
        }

        return PixelBox.FromEdges(left, top, right, bottom);
    }
}
