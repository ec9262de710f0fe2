using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Tests.Detection;

public sealed class BoxListTests
{
    [Fact]
    public void Exactly_the_overlapping_boxes_are_found_in_order()
    {
        var random = new Random(3);
        PixelBox Draw() => new(random.Next(100), random.Next(100), 1 + random.Next(20), 1 + random.Next(20));
        var list = new BoxList();
        foreach (var count in new[] { 0, 1, 7, 8, 9, 1000, 3 })
        {
            list.Clear();
            var boxes = Enumerable.Range(0, count).Select(_ => Draw()).ToList();
            boxes.ForEach(list.Add);
            Assert.Equal(count, list.Count);
            for (var round = 0; round < 20; round++)
            {
                var box = Draw();
                var first = random.Next(count + 1);
                var found = new List<int>();
                for (var i = list.NextOverlapping(box, first); i < list.Count; i = list.NextOverlapping(box, i + 1))
                {
                    found.Add(i);
                }

                Assert.Equal(Enumerable.Range(0, count).Where(i => i >= first && boxes[i].IntersectionArea(box) > 0), found);
            }
        }
    }
}
