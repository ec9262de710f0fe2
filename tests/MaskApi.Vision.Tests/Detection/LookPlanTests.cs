using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Tests.Detection;

public sealed class LookPlanTests
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
        var look = Assert.Single(LookPlan.For(width, height, DetectionDetail.Fast).All);
        AssertWhole(look, width, height);
        Assert.InRange(look.InputPixels, 1, LookPlan.Unit);
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void No_plan_exceeds_its_ceiling_and_no_run_its_memory(int width, int height, DetectionDetail detail)
    {
        var plan = LookPlan.For(width, height, detail);
        Assert.InRange(plan.MostInputPixels, 1, LookPlan.Ceiling(detail));
        Assert.All(plan.All, look => Assert.InRange(look.InputPixels, 1, LookPlan.MostPixelsPerRun));
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Every_input_is_one_that_the_detector_takes(int width, int height, DetectionDetail detail)
    {
        Assert.All(LookPlan.For(width, height, detail).All, look =>
        {
            Assert.Equal(0, look.InputWidth % Look.InputMultiple);
            Assert.Equal(0, look.InputHeight % Look.InputMultiple);

            // The same scale along both sides, but for the rounding of a turned sample to whole pixels.
            Assert.InRange(look.SampleHeight / look.Region.Height / look.Scale, look.Turn == 0 ? 0.999f : 0.5f, look.Turn == 0 ? 1.001f : 100);
        });
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Every_place_is_answered_for_once_by_each_level(int width, int height, DetectionDetail detail)
    {
        var random = new Random(3);
        foreach (var level in LookPlan.For(width, height, detail).All.GroupBy(look => (look.Scale, look.Turn, look.Mirrored)))
        {
            for (var i = 0; i < 300; i++)
            {
                // Faces are drawn with their center a little outside the picture too.
                var center = new PixelPoint(((random.NextSingle() * 1.2f) - 0.1f) * width, ((random.NextSingle() * 1.2f) - 0.1f) * height);
                Assert.Single(level, look => look.Answers(center));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_tile_sees_every_face_that_it_answers_for_whole(int width, int height, DetectionDetail detail)
    {
        var random = new Random(4);
        foreach (var look in LookPlan.For(width, height, detail).All)
        {
            var half = LookPlan.LargestFaceInTiles / 2 / look.Scale;
            for (var i = 0; i < 100; i++)
            {
                var center = new PixelPoint(random.NextSingle() * width, random.NextSingle() * height);
                if (!look.Answers(center))
                {
                    continue;
                }

                // What of the face lies in the picture must lie in the look.
                const float slack = 0.05f;
                Assert.True(look.Region.X <= MathF.Max(0, center.X - half) + slack && look.Region.Right >= MathF.Min(width, center.X + half) - slack);
                Assert.True(look.Region.Y <= MathF.Max(0, center.Y - half) + slack && look.Region.Bottom >= MathF.Min(height, center.Y + half) - slack);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Levels_grow_and_overlap_so_that_every_size_of_face_is_seen(int width, int height)
    {
        foreach (var detail in new[] { DetectionDetail.Auto, DetectionDetail.High })
        {
            var scales = LookPlan.For(width, height, detail).All.Where(look => look.Turn == 0).Select(look => look.Scale).Distinct().Order().ToArray();
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
            var wide = LookPlan.For(1600, 900, detail);
            var tall = LookPlan.For(900, 1600, detail);
            Assert.Equal(wide.MostInputPixels, tall.MostInputPixels);
            Assert.Equal(
                wide.All.Where(look => look.Turn == 0).Select(look => (look.InputWidth, look.InputHeight)).Order(),
                tall.All.Where(look => look.Turn == 0).Select(look => (look.InputHeight, look.InputWidth)).Order());
        }
    }

    [Fact]
    public void Turned_looks_show_the_picture_on_its_sides_and_on_its_head()
    {
        foreach (var detail in new[] { DetectionDetail.Auto, DetectionDetail.High })
        {
            var turned = LookPlan.For(400, 280, detail).Otherwise.Where(look => look.Turn != 0).ToArray();
            Assert.Equal([90f, 180f, 270f], turned.Select(look => look.Turn).Order());
            Assert.All(turned, look => Assert.Equal(look.Turn == 180, look.InputWidth > look.InputHeight));
        }
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, -1)]
    public void A_picture_has_sides(int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LookPlan.For(width, height, DetectionDetail.Auto));

    private static void AssertWhole(Look look, int width, int height)
    {
        const float slack = 0.01f;
        Assert.True(look.Region.X <= slack && look.Region.Y <= slack);
        Assert.True(look.Region.Right >= width - slack && look.Region.Bottom >= height - slack);
    }
}
