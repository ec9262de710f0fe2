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
    public void A_record_survives_a_round_trip()
    {
        var read = AnnotationRecord.Parse(Bytes());
        Assert.NotNull(read);
        Assert.Equal(_record.Picture.ToArray(), read.Picture.ToArray());
        Assert.Equal(_record.Faces, read.Faces);
        Assert.Equal(_record.MinConfidence, read.MinConfidence);
    }

    [Fact]
    public void Bytes_that_are_truncated_or_of_another_version_are_no_record()
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

    /// <summary>Bytes by hand, as an instance of the two-class version left them in a shared store.</summary>
    [Fact]
    public void A_two_class_record_is_still_readable()
    {
        byte[] bytes =
        [
            1, .. BitConverter.GetBytes(0.75f), .. BitConverter.GetBytes(2),
            .. new[] { 1, 2, 30, 40, 0.9f, 0.125f, 5, 6, 7, 8, 0.5f, 0.75f }.SelectMany(BitConverter.GetBytes),
            9, 8, 7,
        ];
        var read = AnnotationRecord.Parse(bytes);
        Assert.NotNull(read);
        Assert.Equal([9, 8, 7], read.Picture.ToArray());
        Assert.Equal(0.75f, read.MinConfidence);
        Assert.Equal(
            [
                new FaceVerdict(new PixelBox(1, 2, 30, 40), 0.9f, default, new VerdictProbabilities(0.125f, 0.875f, 0)),
                new FaceVerdict(new PixelBox(5, 6, 7, 8), 0.5f, default, new VerdictProbabilities(0.75f, 0.25f, 0)),
            ],
            read.Faces);
        Assert.Equal([MaskLabel.WithoutMask, MaskLabel.WithMask], read.Faces.Select(face => face.Label(read.MinConfidence)));
        for (var length = 0; length < bytes.Length - read.Picture.Length; length++)
        {
            Assert.Null(AnnotationRecord.Parse(bytes.AsMemory(0, length)));
        }
    }

    private static byte[] Bytes()
    {
        var bytes = new byte[_record.Length];
        _record.Write(bytes);
        return bytes;
    }
}
