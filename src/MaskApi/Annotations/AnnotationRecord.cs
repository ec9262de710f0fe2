using System.Buffers.Binary;
using MaskApi.Vision;
using MaskApi.Vision.Geometry;

namespace MaskApi.Annotations;

/// <summary>What it takes to draw an annotated picture when its link is followed.</summary>
/// <param name="Picture">The picture as sent.</param>
/// <param name="Faces">The verdicts on it.</param>
/// <param name="MinConfidence">A verdict less sure than this is uncertain.</param>
internal sealed record AnnotationRecord(ReadOnlyMemory<byte> Picture, IReadOnlyList<FaceVerdict> Faces, float MinConfidence)
{
    /// <summary>First byte. Any other value is the layout of another version that shares the store.</summary>
    private const byte Version = 2;

    /// <summary>The layout for two classes, with one probability per face, that of a mask. Still read.</summary>
    private const byte MaskVersion = 1;

    private const int HeaderLength = 1 + sizeof(float) + sizeof(int);
    private const int FaceLength = 8 * sizeof(float);
    private const int MaskFaceLength = 6 * sizeof(float);

    /// <summary>Length of the record in bytes.</summary>
    public int Length => HeaderLength + (Faces.Count * FaceLength) + Picture.Length;

    /// <summary>
    /// Serializes the record: version, minimum confidence, number of faces, each face (x, y, width, height, detection confidence,
    /// probabilities with a mask, without, worn incorrectly) and the picture; numbers little-endian, 4 bytes each.
    /// </summary>
    /// <param name="bytes">The destination; <see cref="Length"/> bytes.</param>
    public void Write(Span<byte> bytes)
    {
        bytes[0] = Version;
        var rest = bytes[1..];
        Write(ref rest, MinConfidence);
        BinaryPrimitives.WriteInt32LittleEndian(rest, Faces.Count);
        rest = rest[sizeof(int)..];
        foreach (var face in Faces)
        {
            Write(ref rest, face.Box.X);
            Write(ref rest, face.Box.Y);
            Write(ref rest, face.Box.Width);
            Write(ref rest, face.Box.Height);
            Write(ref rest, face.DetectionConfidence);
            Write(ref rest, face.Probabilities.WithMask);
            Write(ref rest, face.Probabilities.WithoutMask);
            Write(ref rest, face.Probabilities.IncorrectlyWorn);
        }

        Picture.Span.CopyTo(rest);
    }

    /// <summary>Deserializes a record; null if this version cannot read it.</summary>
    public static AnnotationRecord? Parse(ReadOnlyMemory<byte> bytes)
    {
        var rest = bytes.Span;
        if (rest.Length < HeaderLength || rest[0] is not (Version or MaskVersion))
        {
            return null;
        }

        var (three, faceLength) = rest[0] == Version ? (true, FaceLength) : (false, MaskFaceLength);
        rest = rest[1..];
        var minConfidence = Read(ref rest);
        var count = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[sizeof(int)..];
        if (count < 0 || rest.Length < (long)count * faceLength)
        {
            return null;
        }

        var faces = new FaceVerdict[count];
        for (var i = 0; i < count; i++)
        {
            var box = new PixelBox(Read(ref rest), Read(ref rest), Read(ref rest), Read(ref rest));
            var confidence = Read(ref rest);
            var probabilities = three
                ? new VerdictProbabilities(Read(ref rest), Read(ref rest), Read(ref rest))
                : VerdictProbabilities.OfMask(Read(ref rest));
            faces[i] = new FaceVerdict(box, confidence, default, probabilities);
        }

        return new AnnotationRecord(bytes[^rest.Length..], faces, minConfidence);
    }

    private static void Write(ref Span<byte> rest, float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(rest, value);
        rest = rest[sizeof(float)..];
    }

    private static float Read(ref ReadOnlySpan<byte> rest)
    {
        var value = BinaryPrimitives.ReadSingleLittleEndian(rest);
        rest = rest[sizeof(float)..];
        return value;
    }
}
