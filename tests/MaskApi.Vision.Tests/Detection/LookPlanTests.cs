using MaskApi.Vision.Detection;

namespace MaskApi.Vision.Tests.Detection;

public sealed class LookPlanTests
{
    public static TheoryData<int, int> Sizes => new()
    {
        { 16, 16 }, { 400, 280 }, { 280, 400 }, { 640, 360 }, { 1920, 1080 }, { 4000, 3000 }, { 8660, 5773 }, { 20000, 16 }, { 16, 20000 }, { 3000, 1000 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Fast_is_one_look_at_the_whole_picture(int width, int height)
    {
        var look = Assert.Single(LookPlan.For(width, height, DetectionDetail.Fast));
        AssertWhole(look.Region, width, height);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void More_effort_only_adds_looks(int width, int height)
    {
        var fast = LookPlan.For(width, height, DetectionDetail.Fast).Select(look => (look.Model, look.Region)).ToArray();
        var auto = LookPlan.For(width, height, DetectionDetail.Auto).Select(look => (look.Model, look.Region)).ToArray();
        var high = LookPlan.For(width, height, DetectionDetail.High).Select(look => (look.Model, look.Region)).ToArray();
        Assert.Equal(fast, auto.Take(fast.Length));
        Assert.Equal(auto, high.Take(auto.Length));
        Assert.True(fast.Length < auto.Length);
        Assert.True(Math.Min(width, height) < 320 || auto.Length < high.Length);
        Assert.All(high.Skip(3), look => Assert.True(look.Region.Side >= LookPlan.LeastTileSide));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Small_finds_are_believed_only_where_no_closer_look_follows(int width, int height)
    {
        var plan = LookPlan.For(width, height, DetectionDetail.High).Where(look => look.Model == FaceModel.FullRange).ToArray();
        var closest = plan.Min(look => look.Region.Side);
        Assert.All(plan, look => Assert.Equal(look.Region.Side == closest, look.LeastFace == 0));
        Assert.Equal(0, Assert.Single(LookPlan.For(width, height, DetectionDetail.Fast)).LeastFace);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void No_plan_exceeds_its_ceiling(int width, int height)
    {
        foreach (var detail in Enum.GetValues<DetectionDetail>())
        {
            Assert.InRange(LookPlan.For(width, height, detail).Count, 1, LookPlan.MaxLooks);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Each_level_covers_the_picture_and_holds_every_face_of_its_size_whole(int width, int height)
    {
        var plan = LookPlan.For(width, height, DetectionDetail.High).Where(look => look.Model == FaceModel.FullRange);
        foreach (var level in plan.GroupBy(look => look.Region.Side))
        {
            var face = level.Key * LookPlan.Overlap * 0.99f;
            var random = new Random(3);
            for (var i = 0; i < 300; i++)
            {
                var (w, h) = (Math.Min(face, width), Math.Min(face, height));
                var x = random.NextSingle() * (width - w);
                var y = random.NextSingle() * (height - h);
                const float slack = 0.01f;
                Assert.Contains(level, look =>
                    look.Region.X <= x + slack && look.Region.Y <= y + slack && look.Region.Right >= x + w - slack && look.Region.Bottom >= y + h - slack);
            }
        }
    }

    [Fact]
    public void Turning_the_picture_turns_the_plan()
    {
        var wide = LookPlan.For(1600, 900, DetectionDetail.High).Select(look => (look.Region.X, look.Region.Y, look.Region.Side));
        var tall = LookPlan.For(900, 1600, DetectionDetail.High).Select(look => (look.Region.Y, look.Region.X, look.Region.Side));
        Assert.Equal(wide.Order(), tall.Order());
    }

    private static void AssertWhole(SquareRegion region, int width, int height)
    {
        Assert.True(region.X <= 0 && region.Y <= 0 && region.Right >= width && region.Bottom >= height);
        Assert.Equal(Math.Max(width, height), region.Side);
    }
}
