using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Tests.Detection.BlazeFace;

public sealed class PassPlanTests
{
    public static TheoryData<int, int> Sizes => new()
    {
        { 16, 16 }, { 400, 280 }, { 280, 400 }, { 640, 360 }, { 1920, 1080 }, { 4000, 3000 }, { 8660, 5773 }, { 20000, 16 }, { 16, 20000 }, { 3000, 1000 },
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
    public void Fast_is_one_look_at_the_whole_picture_of_at_most_a_unit(int width, int height)
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
    public void Every_input_is_one_that_the_detector_takes(int width, int height, DetectionDetail detail)
    {
        Assert.All(PassPlan.For(width, height, detail).All, pass =>
        {
            Assert.Equal(0, pass.InputWidth % DetectionPass.InputMultiple);
            Assert.Equal(0, pass.InputHeight % DetectionPass.InputMultiple);

            // The same scale along both sides, but for the rounding of a turned sample to whole pixels.
            Assert.InRange(pass.SampleHeight / pass.Region.Height / pass.Scale, pass.Rotation == 0 ? 0.999f : 0.5f, pass.Rotation == 0 ? 1.001f : 100);
        });
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Every_place_is_answered_for_once_by_each_level(int width, int height, DetectionDetail detail)
    {
        var random = new Random(3);
        foreach (var level in PassPlan.For(width, height, detail).All.GroupBy(pass => (pass.Scale, pass.Rotation, pass.Mirrored)))
        {
            for (var i = 0; i < 300; i++)
            {
                // Faces are drawn with their center a little outside the picture too.
                var center = new PixelPoint(((random.NextSingle() * 1.2f) - 0.1f) * width, ((random.NextSingle() * 1.2f) - 0.1f) * height);
                Assert.Single(level, pass => pass.Answers(center));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_tile_sees_every_face_that_it_answers_for_whole(int width, int height, DetectionDetail detail)
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

                // What of the face lies in the picture must lie in the pass.
                const float slack = 0.05f;
                Assert.True(pass.Region.X <= MathF.Max(0, center.X - half) + slack && pass.Region.Right >= MathF.Min(width, center.X + half) - slack);
                Assert.True(pass.Region.Y <= MathF.Max(0, center.Y - half) + slack && pass.Region.Bottom >= MathF.Min(height, center.Y + half) - slack);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Levels_grow_and_overlap_so_that_every_size_of_face_is_seen(int width, int height)
    {
        foreach (var detail in new[] { DetectionDetail.Auto, DetectionDetail.High })
        {
            var scales = PassPlan.For(width, height, detail).All.Where(pass => pass.Rotation == 0).Select(pass => pass.Scale).Distinct().Order().ToArray();
            for (var i = 1; i < scales.Length; i++)
            {
                // Seen from 12 pixels up at one level, and up to 128 at the next: neighbors may be a factor of ten apart.
                Assert.InRange(scales[i] / scales[i - 1], 1.2f, 128f / 12);
            }
        }
    }

    [Fact]
    public void Turning_the_picture_turns_the_plan()
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
    public void Turned_looks_show_the_picture_on_its_sides_and_on_its_head()
    {
        foreach (var detail in new[] { DetectionDetail.Auto, DetectionDetail.High })
        {
            var turned = PassPlan.For(400, 280, detail).Fallback.Where(pass => pass.Rotation != 0).ToArray();
            Assert.Equal([90f, 180f, 270f], turned.Select(pass => pass.Rotation).Order());
            Assert.All(turned, pass => Assert.Equal(pass.Rotation == 180, pass.InputWidth > pass.InputHeight));
        }
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, -1)]
    public void A_picture_has_sides(int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PassPlan.For(width, height, DetectionDetail.Auto));

    private static void AssertWhole(DetectionPass pass, int width, int height)
    {
        const float slack = 0.01f;
        Assert.True(pass.Region.X <= slack && pass.Region.Y <= slack);
        Assert.True(pass.Region.Right >= width - slack && pass.Region.Bottom >= height - slack);
    }
}
