using System.Globalization;
using MaskApi.Cli.Inputs;

namespace MaskApi.Cli.Tests.Inputs;

public sealed class ShardTests
{
    [Theory]
    [InlineData("0/1", true)]
    [InlineData("3/4", true)]
    [InlineData("4/4", false)]
    [InlineData("-1/4", false)]
    [InlineData("1", false)]
    [InlineData("0/0", false)]
    [InlineData("a/b", false)]
    [InlineData("0/4/1", false)]
    public void Parts_are_numbered_from_zero(string text, bool valid) => Assert.Equal(valid, Shard.TryParse(text, out _));

    [Fact]
    public void Each_picture_is_in_one_part_and_parts_are_even()
    {
        const int count = 8;
        var sizes = new int[count];
        for (var i = 0; i < 8000; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"photos/{i:00000}.jpg");
            sizes[Assert.Single(Enumerable.Range(0, count), part => new Shard(part, count).Contains(PictureName.Hash(name)))]++;
        }

        // 1000 each, within five standard deviations of a binomial draw.
        Assert.All(sizes, static size => Assert.InRange(size, 850, 1150));
    }

    /// <summary>A run that resumes with another version must not take the pictures of another part.</summary>
    [Fact]
    public void The_parts_never_change() =>
        Assert.Equal(
            UInt128.Parse("58D4D8DEC171DB3F9C5A14484E682C1A", NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            PictureName.Hash("photos/a.jpg"));
}
