using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Tests.Detection.BlazeFace;

public sealed class PassPlanTests
{
    public static TheoryData<int, int> Sizes => new()
    {
        { 16, 16 }, { 400, 280 }, { 280, 400 }, { 640, 360 }, { 1920, 1080 }, { 4000, 3000 }, { 8660, 5773 }, { 20000, 16 },
        { 16, 20000 }, { 3000, 1000 },
    };

    public static TheoryData<int, int, DetectionDetail> Plans
    {
        get
        {
            var plans = new TheoryData<int, int, DetectionDetail>();
            foreach (var size in Sizes)
            {
                foreach (var detail in Enum.GetValues<DetectionDetail>())
                {
                    plans.Add(size.Data.Item1, size.Data.Item2, detail);
                }
            }

            return plans;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Fast_is_one_pass_over_the_whole_picture_of_at_most_a_unit(int width, int height)
    {
        var pass = Assert.Single(PassPlan.For(width, height, DetectionDetail.Fast).All);
        AssertWhole(pass, width, height);
        Assert.InRange(pass.InputPixels, 1, PassPlan.Unit);
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void No_plan_exceeds_its_ceiling_and_no_run_its_memory(int width, int height, DetectionDetail detail)
    {
        var plan = PassPlan.For(width, height, detail);
        Assert.InRange(plan.MaxInputPixels, 1, PassPlan.Ceiling(detail));
        Assert.All(plan.All, pass => Assert.InRange(pass.InputPixels, 1, PassPlan.MaxPixelsPerRun));
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Every_input_size_is_one_the_detector_accepts(int width, int height, DetectionDetail detail)
    {
        Assert.All(PassPlan.For(width, height, detail).All, pass =>
        {
            Assert.Equal(0, pass.InputWidth % DetectionPass.InputMultiple);
            Assert.Equal(0, pass.InputHeight % DetectionPass.InputMultiple);

            // The same scale on both axes, except that a rotated sample is rounded to whole pixels.
            var (min, max) = pass.Rotation == 0 ? (0.999f, 1.001f) : (0.5f, 100);
            Assert.InRange(pass.SampleHeight / pass.Region.Height / pass.Scale, min, max);
        });
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Each_level_covers_every_point_exactly_once(int width, int height, DetectionDetail detail)
    {
        var random = new Random(3);
        foreach (var level in PassPlan.For(width, height, detail).All.GroupBy(pass => (pass.Scale, pass.Rotation, pass.Mirrored)))
        {
            for (var i = 0; i < 300; i++)
            {
                // Centers may also lie slightly outside the picture.
                var center = new PixelPoint(((random.NextSingle() * 1.2f) - 0.1f) * width, ((random.NextSingle() * 1.2f) - 0.1f) * height);
                Assert.Single(level, pass => pass.Answers(center));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_tile_contains_every_face_it_is_responsible_for(int width, int height, DetectionDetail detail)
    {
        var random = new Random(4);
        foreach (var pass in PassPlan.For(width, height, detail).All)
        {
            var half = PassPlan.LargestFaceInTiles / 2 / pass.Scale;
            for (var i = 0; i < 100; i++)
            {
                var center = new PixelPoint(random.NextSingle() * width, random.NextSingle() * height);
                if (!pass.Answers(center))
                {
                    continue;
                }

                // The part of the face inside the picture must be inside the pass.
                const float slack = 0.05f;
                Assert.True(pass.Region.X <= MathF.Max(0, center.X - half) + slack);
                Assert.True(pass.Region.Right >= MathF.Min(width, center.X + half) - slack);
                Assert.True(pass.Region.Y <= MathF.Max(0, center.Y - half) + slack);
                Assert.True(pass.Region.Bottom >= MathF.Min(height, center.Y + half) - slack);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Scales_overlap_so_that_every_face_size_is_found(int width, int height)
    {
        foreach (var detail in new[] { DetectionDetail.Auto, DetectionDetail.High })
        {
            var scales = PassPlan.For(width, height, detail).All
                .Where(pass => pass.Rotation == 0).Select(pass => pass.Scale).Distinct().Order().ToArray();
            for (var i = 1; i < scales.Length; i++)
            {
                // One level finds faces from 12 pixels up, the next up to 128, so neighbors may be a factor of ten apart.
                Assert.InRange(scales[i] / scales[i - 1], 1.2f, 128f / 12);
            }
        }
    }

    [Fact]
    public void Rotating_the_picture_rotates_the_plan()
    {
        foreach (var detail in Enum.GetValues<DetectionDetail>())
        {
            var wide = PassPlan.For(1600, 900, detail);
            var tall = PassPlan.For(900, 1600, detail);
            Assert.Equal(wide.MaxInputPixels, tall.MaxInputPixels);
            Assert.Equal(
                wide.All.Where(pass => pass.Rotation == 0).Select(pass => (pass.InputWidth, pass.InputHeight)).Order(),
                tall.All.Where(pass => pass.Rotation == 0).Select(pass => (pass.InputHeight, pass.InputWidth)).Order());
        }
    }

    [Fact]
    public void Rotated_passes_cover_both_sides_and_upside_down()
    {
        foreach (var detail in new[] { DetectionDetail.Auto, DetectionDetail.High })
        {
            var rotated = PassPlan.For(400, 280, detail).Rotated;
            Assert.Equal([90f, 180f, 270f], rotated.Select(pass => pass.Rotation).Order());
            Assert.All(rotated, pass => Assert.Equal(pass.Rotation == 180, pass.InputWidth > pass.InputHeight));
        }
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, -1)]
    public void An_empty_picture_is_refused(int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PassPlan.For(width, height, DetectionDetail.Auto));

    private static void AssertWhole(DetectionPass pass, int width, int height)
    {
        const float slack = 0.01f;
        Assert.True(pass.Region.X <= slack && pass.Region.Y <= slack);
        Assert.True(pass.Region.Right >= width - slack && pass.Region.Bottom >= height - slack);
    }
}
