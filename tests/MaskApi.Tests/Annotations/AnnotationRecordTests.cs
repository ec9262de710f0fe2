using MaskApi.Annotations;
using MaskApi.Vision;
using MaskApi.Vision.Geometry;

namespace MaskApi.Tests.Annotations;

public sealed class AnnotationRecordTests
{
    private static readonly AnnotationRecord _record = new(
        new byte[] { 9, 8, 7 },
        [
            new FaceVerdict(new PixelBox(1.5f, -2, 30, 40.25f), 0.9f, default, new VerdictProbabilities(0.125f, 0.25f, 0.625f)),
            new FaceVerdict(new PixelBox(0, 0, 1, 1), 0.5f, default, VerdictProbabilities.OfMask(0.75f)),
        ],
        0.6f);

    [Fact]
    public void A_record_survives_the_way_through_bytes()
    {
        var read = AnnotationRecord.Parse(Bytes());
        Assert.NotNull(read);
        Assert.Equal(_record.Picture.ToArray(), read.Picture.ToArray());
        Assert.Equal(_record.Faces, read.Faces);
        Assert.Equal(_record.MinConfidence, read.MinConfidence);
    }

    [Fact]
    public void Bytes_of_another_version_or_cut_short_are_no_record()
    {
        var bytes = Bytes();
        Assert.Null(AnnotationRecord.Parse(ReadOnlyMemory<byte>.Empty));
        for (var length = 0; length < bytes.Length - _record.Picture.Length; length++)
        {
            Assert.Null(AnnotationRecord.Parse(bytes.AsMemory(0, length)));
        }

        bytes[0]++;
        Assert.Null(AnnotationRecord.Parse(bytes));
    }

    private static byte[] Bytes()
    {
        var bytes = new byte[_record.Length];
        _record.Write(bytes);
        return bytes;
    }
}
