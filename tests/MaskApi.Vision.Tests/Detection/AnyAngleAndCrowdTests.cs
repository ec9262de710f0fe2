using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using SkiaSharp;

namespace MaskApi.Vision.Tests.Detection;

/// <summary>What the detector must and must not find in pictures made from a free portrait, and in free pictures without people.</summary>
[Trait("Category", "Slow")]
public sealed class AnyAngleAndCrowdTests(AnyAngleAndCrowdTests.LoadedModels loaded) : IClassFixture<AnyAngleAndCrowdTests.LoadedModels>
{
    /// <summary>Brow to chin and ear to ear, measured by eye.</summary>
    private static readonly PixelBox _face = PixelBox.FromEdges(181, 82, 271, 180);

    /// <summary>Only the head: when small, a patch and a flag on the suit pass for faces.</summary>
    private static readonly SKRect _head = new(140, 20, 320, 200);

    public static TheoryData<int> Angles => [.. Enumerable.Range(0, 24).Select(step => step * 15)];

    [Theory]
    [MemberData(nameof(Angles))]
    public void A_face_is_found_at_any_angle(int degrees)
    {
        using var portrait = SKBitmap.Decode(TestPictures.Read("astronaut.jpg"));
        using var picture = Draw(portrait.Width, portrait.Height, SKColors.Gray, canvas =>
        {
            canvas.RotateDegrees(degrees, portrait.Width / 2f, portrait.Height / 2f);
            canvas.DrawBitmap(portrait, 0, 0);
        });
        var (sin, cos) = MathF.SinCos(degrees * MathF.PI / 180);
        var (dx, dy) = (_face.Center.X - (portrait.Width / 2f), _face.Center.Y - (portrait.Height / 2f));
        var center = new PixelPoint((portrait.Width / 2f) + (dx * cos) - (dy * sin), (portrait.Height / 2f) + (dx * sin) + (dy * cos));
        foreach (var detail in new[] { DetectionDetail.Auto, DetectionDetail.High })
        {
            var found = loaded.Find(picture, detail);
            var face = Assert.Single(found);
            Assert.True(Contains(face.Box, center) && face.Box.Width is > 60 and < 150, $"{detail} {face.Box}");
        }
    }

    [Theory]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public void A_rotated_crowd_is_found_like_an_upright_one(int degrees)
    {
        using var portrait = SKBitmap.Decode(TestPictures.Read("astronaut.jpg"));
        var (width, height) = degrees == 180 ? (1000, 700) : (700, 1000);
        using var crowd = Draw(1000, 700, SKColors.SlateGray, DrawCrowd);
        using var rotated = Draw(width, height, SKColors.SlateGray, canvas =>
        {
            canvas.Translate(width / 2f, height / 2f);
            canvas.RotateDegrees(degrees);
            canvas.Translate(-500, -350);
            DrawCrowd(canvas);
        });
        foreach (var detail in new[] { DetectionDetail.Auto, DetectionDetail.High })
        {
            var (upright, found) = (loaded.Find(crowd, detail), loaded.Find(rotated, detail));
            Assert.Equal(12, upright.Count);
            Assert.Equal(12, found.Count);
            Assert.All(found, face => Assert.Contains(upright, other => Back(face.Box).IntersectionOverUnion(other.Box) > 0.8f));
        }

        void DrawCrowd(SKCanvas canvas)
        {
            for (var i = 0; i < 12; i++)
            {
                canvas.DrawBitmap(
                    portrait,
                    _head,
                    SKRect.Create(40 + (i % 4 * 240), 30 + (i / 4 * 220), 180, 180),
                    new SKPaint());
            }
        }

        PixelBox Back(PixelBox box) => degrees switch
        {
            90 => new PixelBox(box.Y, width - box.Right, box.Height, box.Width),
            180 => new PixelBox(width - box.Right, height - box.Bottom, box.Width, box.Height),
            _ => new PixelBox(height - box.Bottom, box.X, box.Height, box.Width),
        };
    }

    [Fact]
    public void A_crowd_of_small_faces_is_found_and_nothing_else()
    {
        const int columns = 8, rows = 5, cell = 200;
        const float faceHeight = 24;
        using var portrait = SKBitmap.Decode(TestPictures.Read("astronaut.jpg"));
        var scale = faceHeight / _face.Height;

        var centers = new List<PixelPoint>();
        using var picture = Draw(1920, 1080, new SKColor(90, 110, 130), canvas =>
        {
            for (var i = 0; i < columns * rows; i++)
            {
                var (x, y) = (60 + (i % columns * 230f), 40 + (i / columns * (float)cell));
                canvas.DrawBitmap(portrait, _head, SKRect.Create(x, y, _head.Width * scale, _head.Height * scale), new SKPaint());
                centers.Add(new PixelPoint(x + ((_face.Center.X - _head.Left) * scale), y + ((_face.Center.Y - _head.Top) * scale)));
            }
        });
        var found = loaded.Find(picture, DetectionDetail.High);
        var hits = centers.Count(center => found.Any(face => Contains(face.Box, center)));
        Assert.True(hits >= 36, $"{hits} of {centers.Count} found");
        Assert.Empty(found
            .Where(face => !centers.Any(center => Contains(face.Box, center)))
            .Select(face => $"{face.Box} {face.DetectionConfidence:0.00}"));
    }

    /// <summary>Faces too small for the first pass must not lose to what rotated passes, at a larger scale, take them for.</summary>
    [Theory]
    [InlineData(600, 500, 30, DetectionDetail.High)]
    [InlineData(900, 700, 45, DetectionDetail.High)]
    [InlineData(640, 480, 40, DetectionDetail.High)]
    [InlineData(1200, 800, 60, DetectionDetail.High)]
    [InlineData(640, 480, 40, DetectionDetail.Auto)]
    [InlineData(900, 700, 45, DetectionDetail.Auto)]
    [InlineData(1200, 800, 60, DetectionDetail.Auto)]
    public void A_dense_upright_crowd_is_not_taken_for_a_rotated_one(int width, int height, int side, DetectionDetail detail)
    {
        using var portrait = SKBitmap.Decode(TestPictures.Read("astronaut.jpg"));
        var (columns, rows) = ((width - 10) / (side + 16), (height - 10) / (side + 12));
        using var crowd = Draw(width, height, new SKColor(150, 160, 150), canvas =>
        {
            for (var i = 0; i < columns * rows; i++)
            {
                canvas.DrawBitmap(
                    portrait,
                    _head,
                    SKRect.Create(5 + (i % columns * (side + 16)), 10 + (i / columns * (side + 12)), side, side),
                    new SKPaint());
            }
        });

        // At most 100 are reported.
        var found = loaded.Find(crowd, detail).Count;
        Assert.True(found >= Math.Min(100, 0.95 * columns * rows), $"{found} of {columns * rows}");
    }

    [Fact]
    public void A_face_that_fills_the_picture_is_found()
    {
        using var portrait = SKBitmap.Decode(TestPictures.Read("astronaut.jpg"));
        foreach (var side in new[] { 90, 300, 900 })
        {
            using var picture = Draw(side, side, SKColors.Black, canvas => canvas.DrawBitmap(
                portrait,
                SKRect.Create(_face.X - 4, _face.Y - 4, _face.Width + 8, _face.Width + 8),
                SKRect.Create(0, 0, side, side),
                new SKPaint()));
            foreach (var detail in Enum.GetValues<DetectionDetail>())
            {
                // The largest face comes first.
                var faces = loaded.Find(picture, detail);
                Assert.NotEmpty(faces);
                Assert.True(faces[0].Box.Area > 0.5f * side * side, $"{detail} {side}: {faces[0].Box}");
            }
        }
    }

    [Fact]
    public void A_large_picture_without_faces_stays_within_the_pixel_ceiling()
    {
        using var picture = TestPictures.NoiseRaster(4000, 3000);
        foreach (var detail in Enum.GetValues<DetectionDetail>())
        {
            var cost = loaded.Detector.Detect(picture, new AnalysisOptions { Detail = detail }, CancellationToken.None).Cost;
            Assert.InRange(cost.InputPixels, 1, PassPlan.Ceiling(detail));
        }
    }

    [Fact]
    public void Generated_textures_contain_no_faces()
    {
        var falsePositives = new Dictionary<DetectionDetail, int> { [DetectionDetail.Auto] = 0, [DetectionDetail.High] = 0 };
        for (var seed = 0; seed < 50; seed++)
        {
            using var picture = Textures.Generate(seed, 400, 300);
            foreach (var detail in falsePositives.Keys)
            {
                falsePositives[detail] += loaded.Find(picture, detail).Count;
            }
        }

        Assert.True(
            falsePositives[DetectionDetail.Auto] <= 1 && falsePositives[DetectionDetail.High] <= 2,
            string.Join(", ", falsePositives));
    }

    [Fact]
    public void Pictures_without_people_contain_no_faces()
    {
        const string folder = "/usr/lib/python3/dist-packages/skimage/data";
        string[] names =
        [
            "brick.png", "cell.png", "chelsea.png", "clock_motion.png", "coffee.png", "coins.png", "color.png", "grass.png", "gravel.png",
            "horse.png", "hubble_deep_field.jpg", "ihc.png", "microaneurysms.png", "moon.png", "motorcycle_left.png",
            "motorcycle_right.png",
            "page.png", "phantom.png", "retina.jpg", "rocket.jpg", "text.png",
        ];
        var files = names.Select(name => Path.Combine(folder, name)).Where(File.Exists).ToArray();
        Assert.SkipWhen(files.Length == 0, "python3-skimage's pictures are not installed");
        var falsePositives = new List<string>();
        foreach (var file in files)
        {
            using var picture = TestPictures.Decode(File.ReadAllBytes(file));
            foreach (var detail in new[] { DetectionDetail.Auto, DetectionDetail.High })
            {
                falsePositives.AddRange(
                    loaded.Find(picture, detail).Select(face => $"{detail} {Path.GetFileName(file)} {face.DetectionConfidence:0.00}"));
            }
        }

        // The current figures, so that they do not get worse: a cell, a galaxy and a rocket's nozzle in auto; the cell and two groups of
        // letters in high. One and two would be right.
        Assert.True(
            falsePositives.Count(falsePositive => falsePositive.StartsWith("Auto", StringComparison.Ordinal)) <= 3 &&
            falsePositives.Count(falsePositive => falsePositive.StartsWith("High", StringComparison.Ordinal)) <= 3,
            string.Join(Environment.NewLine, falsePositives));
    }

    private static bool Contains(PixelBox box, PixelPoint point) =>
        point.X >= box.X && point.X <= box.Right && point.Y >= box.Y && point.Y <= box.Bottom;

    private static Raster Draw(int width, int height, SKColor background, Action<SKCanvas> draw)
    {
        var raster = new Raster(width, height);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(background);
            draw(canvas);
        }

        bitmap.GetPixelSpan().CopyTo(raster.Pixels);
        return raster;
    }

    public sealed class LoadedModels : IDisposable
    {
        private readonly FacePipeline _pipeline = FacePipeline.Load(new VisionOptions());

        public BlazeFaceDetector Detector { get; } = BlazeFaceDetector.Load(new VisionOptions());

        /// <summary>Faces as the service reports them, rescored by the classifier.</summary>
        public IReadOnlyList<FaceVerdict> Find(Raster picture, DetectionDetail detail) =>
            _pipeline.Analyze(picture, new AnalysisOptions { Detail = detail }, CancellationToken.None).Faces;

        public void Dispose()
        {
            _pipeline.Dispose();
            Detector.Dispose();
        }
    }

    /// <summary>Gradients, waves, checks, discs, blots and noise; each picture depends on its seed only.</summary>
    private static class Textures
    {
        internal static Raster Generate(int seed, int width, int height)
        {
            var random = new Random(seed);
            SKColor Color() => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
            return Draw(width, height, Color(), canvas =>
            {
                using var paint = new SKPaint { IsAntialias = true };
                switch (seed % 5)
                {
                    case 0:
                        paint.Shader = SKShader.CreateLinearGradient(
                            default, new SKPoint(random.Next(width), random.Next(1, height)), [Color(), Color()], SKShaderTileMode.Mirror);
                        canvas.DrawPaint(paint);
                        break;
                    case 1:
                        var side = random.Next(3, 60);
                        for (var i = 0; i * side < width; i++)
                        {
                            for (var j = 0; j * side < height; j++)
                            {
                                paint.Color = Color();
                                canvas.DrawRect(i * side, j * side, side, side, paint);
                            }
                        }

                        break;
                    case 2:
                        for (var i = 0; i < 60; i++)
                        {
                            paint.Color = Color();
                            canvas.DrawCircle(random.Next(width), random.Next(height), random.Next(3, 70), paint);
                        }

                        break;
                    case 3:
                        var (u, v) = (random.NextSingle() * 0.3f, random.NextSingle() * 0.3f);
                        for (var y = 0; y < height; y += 2)
                        {
                            for (var x = 0; x < width; x += 2)
                            {
                                var level = (byte)(127 + (127 * MathF.Sin((u * x) + (v * y))));
                                paint.Color = new SKColor(level, (byte)(level / 2), (byte)(255 - level));
                                canvas.DrawRect(x, y, 2, 2, paint);
                            }
                        }

                        break;
                    default:
                        paint.Shader = SKShader.CreatePerlinNoiseFractalNoise(
                            random.NextSingle() * 0.1f, random.NextSingle() * 0.1f, random.Next(1, 6), seed);
                        canvas.DrawPaint(paint);
                        break;
                }
            });
        }
    }
}
