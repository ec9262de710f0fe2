using MaskApi.Training.Data;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;
using static TorchSharp.torch;

namespace MaskApi.Training.Detection;

/// <summary>A detected face.</summary>
/// <param name="Box">The box, in pixels of the picture; may reach beyond its edge.</param>
/// <param name="Score">The score, 0–1.</param>
/// <param name="Landmarks">The six key points.</param>
internal readonly record struct FoundFace(PixelBox Box, float Score, FaceLandmarks Landmarks);

/// <summary>Runs the network over whole pictures at several sizes, optionally mirrored too, and merges the detections.</summary>
/// <param name="network">The network, on <paramref name="device"/>.</param>
/// <param name="device">The device to run on.</param>
internal sealed class FaceFinder(DetectorNetwork network, Device device)
{
    /// <summary>Boxes with at least this IoU are one face.</summary>
    public const float SameFace = 0.45f;

    // Boxes with at least this IoU with the best one are averaged with it.
    private const float Averaged = 0.6f;
    private const float MinSide = 2;

    // Pixels per forward pass: enough to keep any device busy, with memory within a few hundred megabytes.
    private const int PixelsPerBatch = 2_000_000;

    /// <summary>Finds faces.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="longSides">For each pass, the length to which a picture's longer side is scaled, in pixels.</param>
    /// <param name="mirror">Whether to repeat each pass on the mirrored picture.</param>
    /// <param name="threshold">Minimum score, 0–1.</param>
    /// <param name="cancellationToken">Cancels the work between batches.</param>
    /// <returns>The faces of each picture, highest score first.</returns>
    public IReadOnlyList<FoundFace>[] Find(
        IReadOnlyList<RgbImage> pictures, ReadOnlySpan<int> longSides, bool mirror, float threshold, CancellationToken cancellationToken)
    {
        var found = pictures.Select(_ => new List<FoundFace>()).ToArray();
        using var frozen = no_grad();
        foreach (var longSide in longSides)
        {
            var batch = Math.Max(1, PixelsPerBatch / (longSide * longSide));
            for (var first = 0; first < pictures.Count; first += batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var last = Math.Min(first + batch, pictures.Count);
                RunPass(pictures, first, last, longSide, mirrored: false, threshold, found);
                if (mirror)
                {
                    RunPass(pictures, first, last, longSide, mirrored: true, threshold, found);
                }
            }
        }

        return [.. found.Select(Merge)];
    }

    /// <summary>Weighted non-maximum suppression: keeps the best box, moved to the weighted mean of the boxes that agree with it.</summary>
    /// <param name="candidates">The detections, in any order.</param>
    public static IReadOnlyList<FoundFace> Merge(List<FoundFace> candidates)
    {
        var left = candidates.OrderByDescending(face => face.Score).ToList();
        var kept = new List<FoundFace>();
        while (left.Count > 0)
        {
            var best = left[0];
            float sum = 0, x = 0, y = 0, width = 0, height = 0;
            foreach (var face in left)
            {
                if (face != best && best.Box.IntersectionOverUnion(face.Box) < Averaged)
                {
                    continue;
                }

                sum += face.Score;
                x += face.Score * face.Box.X;
                y += face.Score * face.Box.Y;
                width += face.Score * face.Box.Width;
                height += face.Score * face.Box.Height;
            }

            kept.Add(best with { Box = new PixelBox(x / sum, y / sum, width / sum, height / sum) });
            left.RemoveAll(face => face == best || best.Box.IntersectionOverUnion(face.Box) >= SameFace);
        }

        return kept;
    }

    // Letterboxes each picture into the top left of a black square, scaled to the pass's size.
    private void RunPass(
        IReadOnlyList<RgbImage> pictures, int first, int last, int longSide, bool mirrored, float threshold, List<FoundFace>[] found)
    {
        const int multiple = DetectorNetwork.SideMultiple;
        var side = (longSide + multiple - 1) / multiple * multiple;
        var bytes = new byte[(last - first) * side * side * 3];
        var scales = new (float X, float Y)[last - first];
        Parallel.For(first, last, i =>
        {
            var picture = pictures[i];
            var scale = (double)longSide / Math.Max(picture.Width, picture.Height);
            var width = Math.Clamp((int)Math.Round(picture.Width * scale), 1, side);
            var height = Math.Clamp((int)Math.Round(picture.Height * scale), 1, side);
            var view = Resampler.Resize(picture, new SampleRect(0, 0, picture.Width, picture.Height), width, height);
            if (mirrored)
            {
                Photometry.Mirror(view);
            }

            for (var y = 0; y < height; y++)
            {
                view.Pixels.AsSpan(y * width * 3, width * 3)
                    .CopyTo(bytes.AsSpan((((i - first) * side) + y) * side * 3));
            }

            scales[i - first] = ((float)width / picture.Width, (float)height / picture.Height);
        });

        using var scope = NewDisposeScope();
        var (logits, regressions) = network.forward(DetectorInput.Of(bytes, last - first, side, device));
        var scores = logits.sigmoid();
        var cells = (scores > threshold).nonzero();
        if (cells.shape[0] == 0)
        {
            return; // Reading the data of an empty tensor fails.
        }

        var at = cells.cpu().data<long>().ToArray();
        var picked = (cells[TensorIndex.Colon, 0], cells[TensorIndex.Colon, 1], cells[TensorIndex.Colon, 2]);
        var score = scores[picked.Item1, picked.Item2, picked.Item3].cpu().data<float>().ToArray();
        var values = regressions.permute(0, 2, 3, 1)[picked.Item1, picked.Item2, picked.Item3].cpu().contiguous().data<float>().ToArray();
        for (var k = 0; k < score.Length; k++)
        {
            var (picture, row, column) = ((int)at[3 * k], at[(3 * k) + 1], at[(3 * k) + 2]);
            var raw = values.AsSpan(k * DetectorNetwork.Values, DetectorNetwork.Values);
            if (raw[2] <= MinSide || raw[3] <= MinSide)
            {
                continue;
            }

            var (x, y) = ((column + 0.5f) * DetectorNetwork.Stride, (row + 0.5f) * DetectorNetwork.Stride);
            var (scaleX, scaleY) = scales[picture];
            for (var p = 4; p < raw.Length; p += 2)
            {
                (raw[p], raw[p + 1]) = ((raw[p] + x) / scaleX, (raw[p + 1] + y) / scaleY);
            }

            var (width, height) = (raw[2] / scaleX, raw[3] / scaleY);
            var face = new FoundFace(
                new PixelBox(((x + raw[0]) / scaleX) - (width / 2), ((y + raw[1]) / scaleY) - (height / 2), width, height),
                score[k],
                LandmarkValues.From(raw[4..]));
            found[first + picture].Add(mirrored ? Unmirrored(face, pictures[first + picture].Width) : face);
        }
    }

    private static FoundFace Unmirrored(FoundFace face, float width)
    {
        PixelPoint Back(PixelPoint point) => point with { X = width - point.X };
        var points = face.Landmarks;
        var moved = new FaceLandmarks(
            Back(points.RightEye),
            Back(points.LeftEye),
            Back(points.NoseTip),
            Back(points.Mouth),
            Back(points.RightEarTragion),
            Back(points.LeftEarTragion));
        return face with { Box = face.Box with { X = width - face.Box.Right }, Landmarks = moved.Mirrored() };
    }
}
