using MaskApi.Training.Data;
using MaskApi.Training.Evaluation;
using MaskApi.Training.Reports;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Tests;

public sealed class EvaluationTests
{
    // In descending order: 0.9 mask, 0.8 mask, 0.7 bare, 0.6 mask, 0.4 bare, 0.2 bare, 0.2 mask, 0.1 bare.
    private static readonly BinaryMetrics _eight = new(
    [
        new(0.9, true), new(0.8, true), new(0.7, false), new(0.6, true), new(0.4, false), new(0.2, false), new(0.2, true), new(0.1, false),
    ]);

    [Fact]
    public void Counts_and_rates_match_a_hand_calculation()
    {
        Assert.Equal((3, 1, 1, 3), _eight.Confusion());
        Assert.Equal(0.75, _eight.Accuracy());
        Assert.Equal(0.75, _eight.BalancedAccuracy());
        Assert.Equal((4, 4, 0, 0), _eight.Confusion(0));
        var mask = _eight.Report(masked: true);
        Assert.Equal((0.75, 0.75, 0.75, 4), (mask.Precision, mask.Recall, mask.F1, mask.Support));
        var strict = _eight.Report(masked: true, threshold: 0.85);
        Assert.Equal((1, 0.25, 0.4), (strict.Precision, strict.Recall, strict.F1));
        var bare = _eight.Report(masked: false, threshold: 0.85);
        Assert.Equal(4 / 7.0, bare.Precision, 1e-12);
    }

    [Fact]
    public void Areas_match_a_hand_calculation()
    {
        // Of 16 pairs, 12 are in order and one is tied.
        Assert.Equal(12.5 / 16, _eight.RocArea(), 1e-12);
        // Recall steps of a quarter at precision 1, 1, 3/4 and (with the tie) 4/7.
        Assert.Equal((1 + 1 + 0.75 + (4 / 7.0)) / 4, _eight.AveragePrecision(), 1e-12);
        Assert.Equal((1, 1), (_eight.Roc()[^1].X, _eight.Roc()[^1].Y));
    }

    [Fact]
    public void Calibration_figures_match_a_hand_calculation()
    {
        var metrics = new BinaryMetrics([new(0.1, false), new(0.3, true), new(0.8, true), new(1.0, true)]);
        Assert.Equal(((0.1 * 0.1) + (0.7 * 0.7) + (0.2 * 0.2)) / 4, metrics.Brier(), 1e-12);
        // Two bins: predicted 0.2, observed 0.5; predicted 0.9, observed 1.
        Assert.Equal((0.3 + 0.1) / 2, metrics.ExpectedCalibrationError(bins: 2), 1e-12);
        Assert.Equal(-(Math.Log(0.9) + Math.Log(0.3) + Math.Log(0.8)) / 4, metrics.LogLoss(), 1e-9);
    }

    [Fact]
    public void A_rate_has_wilsons_interval()
    {
        var (low, high) = BinaryMetrics.Interval(97, 100);
        Assert.Equal(0.9155, low, 1e-4);
        Assert.Equal(0.9897, high, 1e-4);
    }

    [Fact]
    public void Without_a_mistake_no_group_is_worse_than_another()
    {
        var none = new Rate(0, 36);
        Assert.All(Enumerable.Range(1, 200), count =>
        {
            Assert.False(new Rate(0, count).Exceeds(none));
            Assert.Equal(0, new Rate(0, count).Interval.Low);
            Assert.Equal(1, new Rate(count, count).Interval.High);
        });
        Assert.True(new Rate(3, 20).Exceeds(none));
    }

    [Fact]
    public void The_bootstrap_draws_whole_groups()
    {
        // Ten groups of ten equal items: the interval is that of ten draws, much wider than that of a hundred.
        int[] groups = [.. Enumerable.Range(0, 100).Select(i => i / 10)];
        double Mean(int[] counts) => Enumerable.Range(0, 100).Sum(i => i < 50 ? counts[i] : 0) / (double)counts.Sum();
        var grouped = Resampling.Interval(groups, Mean);
        var single = Resampling.Interval([.. Enumerable.Range(0, 100)], Mean);
        Assert.Equal(grouped, Resampling.Interval(groups, Mean));
        Assert.InRange(grouped.High - grouped.Low, 0.4, 0.8);
        Assert.InRange(single.High - single.Low, 0.14, 0.26);
    }

    [Fact]
    public void A_single_class_and_no_items_are_handled()
    {
        var masks = new BinaryMetrics([new(0.9, true), new(0.4, true)]);
        Assert.Equal(0.5, masks.BalancedAccuracy());
        Assert.Throws<ArgumentException>(() => new BinaryMetrics([]));
    }

    [Fact]
    public void Faces_are_matched_and_scored_as_calculated_by_hand()
    {
        // Two labelled faces of 40 px and one of 10 px. Found: the first, a false positive, the small one, and the first again, less
        // confident.
        var truth = new LabelledPicture(
            "set", "a.jpg", "fit", null,
            [
                new(FaceLabel.WithMask, new PixelBox(0, 0, 40, 40)), new(FaceLabel.WithoutMask, new PixelBox(100, 0, 40, 40)),
                new(FaceLabel.WithMask, new PixelBox(200, 0, 10, 10)),
            ]);
        static FaceVerdict Found(float x, float side, float confidence, float mask) =>
            new(new PixelBox(x, 0, side, side), confidence, default, VerdictProbabilities.OfMask(mask));
        var answer = new PictureAnswer(
            truth,
            300,
            300,
            [
                Found(2, 40, 0.9f, 0.8f),
                Found(50, 30, 0.8f, 0.9f),
                Found(200, 10, 0.7f, 0.4f),
                Found(4, 40, 0.6f, 0.8f),
                Found(100, 40, 0.3f, 0.1f),
            ],
            Cost: new DetectionCost(7, 50_000), DetectMs: 3, ClassifyMs: 1);
        var (score, judged) = DetectionScore.Of([answer]);

        // Right, wrong, right, wrong, right: precision 1, 2/3, 3/5 at recall 1/3, 2/3, 1.
        Assert.Equal((1 + (2 / 3.0) + (3 / 5.0)) / 3, score.AveragePrecision, 1e-9);
        // From 20 px: the small face and its box do not count.
        Assert.Equal((1 + (2 / 4.0)) / 2, score.AveragePrecisionFrom20, 1e-9);
        Assert.Equal((2 / 3.0, 2 / 4.0), (score.Recall, score.Precision)); // at 0.5: two of three found, two of four reported
        Assert.Equal([1, double.NaN, 0.5, double.NaN], score.BySize.Select(s => s.Recall));
        Assert.Equal([(0.8f, true), (0.4f, false)], judged.Select(j => ((float)j.Judged.Probabilities[1], j.Right)));
        Assert.Equal(0.5, score.EndToEndAccuracy); // of the two large faces, one is found at 0.5 and classified correctly
        Assert.Equal((7.0, 50_000.0, 50_000L, 0), (score.MeanRuns, score.MeanInputPixels, score.MaxInputPixels, score.IncorrectFound));
        // Labelled masked, most confident first: the face (0.72), the false positive (0.72) and the second box (0.48); one of two masked
        // faces.
        Assert.Equal(0.5, score.AveragePrecisionWithMask, 1e-9);
        Assert.Equal(0.5, score.AveragePrecisionWithoutMask, 1e-9);
        // The missed face was found at 0.3; the first one's overlap is 38/42, the small one's is complete.
        Assert.Equal(new Misses(Box: 0, Unsure: 1, Unseen: 0), score.Misses);
        Assert.Equal(38 / 42.0, score.BySize[2].MedianOverlap, 1e-6);
        Assert.Equal(200, score.FalsePer100);
        Assert.Equal(new Rate(1, 2), score.TwoLabels);
    }

    [Fact]
    public void An_ignored_face_counts_neither_way()
    {
        var truth = new LabelledPicture(
            "set", "a.jpg", "judge", null,
            [new(FaceLabel.WithMask, new PixelBox(0, 0, 40, 40)), new(FaceLabel.WithoutMask, new PixelBox(100, 0, 40, 40), Ignored: true)]);
        static FaceVerdict Found(float x, float confidence) =>
            new(new PixelBox(x, 0, 40, 40), confidence, default, VerdictProbabilities.OfMask(0.9f));
        // On the ignored face lie boxes with an IoU of 1 and 1/3; the last box lies on nothing.
        var answer = new PictureAnswer(
            truth,
            300,
            300,
            [Found(0, 0.7f), Found(100, 0.9f), Found(120, 0.8f), Found(200, 0.6f)],
            new DetectionCost(1, 1),
            DetectMs: 1,
            ClassifyMs: 1);
        var (score, judged) = DetectionScore.Of([answer]);
        Assert.Equal((1, 1.0, 0.5, 1.0), (score.Faces, score.Recall, score.Precision, score.AveragePrecision));
        Assert.Equal(1, score.AveragePrecisionWithMask);
        Assert.Equal(new Misses(0, 0, 0), score.Misses);
        Assert.Single(judged);
    }

    [Fact]
    public void A_missed_face_is_unseen_unsure_or_in_another_box()
    {
        LabelledPicture truth = new(
            "set",
            "a.jpg",
            "judge",
            null,
            [.. Enumerable.Range(0, 3).Select(i => new AnnotatedFace(FaceLabel.WithMask, new PixelBox(100 * i, 0, 40, 40)))]);
        var answer = new PictureAnswer(
            truth,
            300,
            300,
            [
                new(new PixelBox(20, 0, 40, 40), 0.9f, default, VerdictProbabilities.OfMask(0.9f)),
                new(new PixelBox(100, 0, 40, 40), 0.4f, default, VerdictProbabilities.OfMask(0.9f)),
            ],
            new DetectionCost(1, 1), DetectMs: 1, ClassifyMs: 1);
        Assert.Equal(new Misses(Box: 1, Unsure: 1, Unseen: 1), DetectionScore.Of([answer]).Score.Misses);
        Assert.Equal(new Misses(Box: 0, Unsure: 1, Unseen: 1), DetectionScore.Of([answer], overlap: 0.3f).Score.Misses);
    }

    [Fact]
    public void Groups_are_separate_and_a_worse_one_is_marked()
    {
        static JudgedFace Face(string tag, double with, double incorrect) => new(
            new LabelledPicture("ages", "a.jpg", string.Empty, FaceLabel.WithoutMask, [], tag), new PixelBox(0, 0, 40, 40), 40,
            new JudgedVerdict([1 - with - incorrect, with, incorrect], FaceLabel.WithoutMask));
        var report = new LabelReport(
        [
            .. Enumerable.Repeat(Face("Black male 10-19", 0.9, 0), 5), .. Enumerable.Repeat(Face("White female 60+", 0, 0.1), 90),
            Face("White female 60+", 0, 0.7), Face("White female 60+", 0.55, 0),
        ]);
        var young = report.Slices.Single(s => s.Name == "ages, age: 10-19");
        Assert.Equal((new Rate(5, 5), new Rate(0, 5), new Rate(0, 5)), (young.FalseWith, young.FalseIncorrect, young.Uncertain));
        Assert.True(young.FalseWith.Exceeds(report.Whole.FalseWith));
        var female = report.Slices.Single(s => s.Name == "ages, gender: female");
        Assert.Equal((new Rate(0, 92), new Rate(1, 92), new Rate(1, 92)), (female.FalseWith, female.FalseIncorrect, female.Uncertain));
        Assert.False(female.Uncertain.Exceeds(report.Whole.Uncertain));
        Assert.Contains("ages: Black male 10-19", report.Slices.Select(s => s.Name));
        // One of the seven mistakes is below 0.6.
        Assert.Equal(new Rate(1, 7), report.UncertainMistakes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public void A_rotated_pictures_box_is_rotated_back(int degrees)
    {
        var image = new RgbImage(120, 80);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            // A white square of 16 pixels centered at (30, 20).
            var (x, y) = (i / 3 % 120, i / 3 / 120);
            image.Pixels[i] = x is >= 22 and < 38 && y is >= 12 and < 28 ? byte.MaxValue : byte.MinValue;
        }

        var rotated = AngleTest.Rotate(image, degrees);
        var white = Enumerable.Range(0, rotated.Width * rotated.Height)
            .Where(i => rotated.Pixels[3 * i] > 200)
            .Select(i => (X: i % rotated.Width, Y: i / rotated.Width))
            .ToArray();
        var (left, top) = (white.Min(p => p.X), white.Min(p => p.Y));
        var box = new PixelBox(left, top, white.Max(p => p.X) + 1 - left, white.Max(p => p.Y) + 1 - top);
        var back = AngleTest.RotateBack(box, (rotated.Width, rotated.Height), (120, 80), degrees);
        Assert.Equal(30, back.X + (back.Width / 2), 1.0);
        Assert.Equal(20, back.Y + (back.Height / 2), 1.0);
    }

    [Fact]
    public void A_report_has_every_part_and_valid_pictures()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var faces = Enumerable.Range(0, 40).Select(i =>
        {
            var path = Path.Combine(folder, $"{i}.jpg");
            File.WriteAllBytes(path, TestFaces.Picture(i % 2 == 0, new SeededRandom(i)).ToJpeg(80));
            var label = i % 2 == 0 ? FaceLabel.WithMask : FaceLabel.WithoutMask;
            var probability = i is 4 or 7 ? 0.55f : label == FaceLabel.WithMask ? 0.5f + (i / 100f) : 0.5f - (i / 100f);
            return new JudgedFace(
                new LabelledPicture("drawn", path, string.Empty, label, []), new PixelBox(30, 30, 100, 120), 10 + (5 * i),
                new JudgedVerdict([1 - probability, probability, 0], label));
        }).ToArray();
        var report = new LabelReport(faces);
        Assert.Equal("7.jpg", Assert.Single(report.Mistakes).Picture.Name);
        Assert.Equal(40, report.BySize.Sum(s => s.Faces));

        var text = EvaluationText.Text("drawn", new EvaluationResult(report, null, ["x.jpg"], ["y.jpg: broken"], [], 42));
        string[] parts =
        [
            "42 pictures", "x.jpg", "y.jpg: broken", "balanced", "precision", "without_mask", "ECE", "Brier", "incorrect_mask", "uncertain",
            "source drawn", "0-16 px",
        ];
        foreach (var part in parts)
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        EvaluationPlots.Save("drawn", report, Path.Combine(folder, "plots.png"));
        ContactSheet.Save([.. report.Mistakes], Path.Combine(folder, "mistakes.png"), TestContext.Current.CancellationToken);
        foreach (var file in (string[])["plots.png", "mistakes.png"])
        {
            var picture = RgbImage.Decode(File.ReadAllBytes(Path.Combine(folder, file)), TestContext.Current.CancellationToken);
            Assert.InRange(picture.Width, 600, 4000);
            Assert.True(picture.Pixels.Distinct().Count() > 20, file);
        }
    }
}
