using MaskApi.Training.Detection;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;
using static TorchSharp.torch;

namespace MaskApi.Training.Tests.Detection;

[Collection(TorchSerial.Name)]
public sealed class DetectionLossTests
{
    private const int Cells = 16;

    private static readonly FaceLandmarks _points = LandmarkValues.From([24, 20, 40, 20, 32, 30, 32, 40, 14, 24, 50, 24]);

    [Fact]
    public void Cells_near_the_center_are_positive_and_those_around_them_are_ignored()
    {
        using var scope = NewDisposeScope();

        // Center (32, 32), 44 wide, 20 high: the core reaches 8.8 and 4 pixels, the ring 15.4 and 7; cell centers are at 2, 6, 10 …
        var targets = Assign([new TrainingFace(new PixelBox(10, 22, 44, 20), null, false)]);

        Assert.Equal([(7, 6), (7, 7), (7, 8), (7, 9), (8, 6), (8, 7), (8, 8), (8, 9)], Set(targets.Positive));
        (int, int)[] ring = [.. from row in (int[])[6, 7, 8, 9] from column in Enumerable.Range(4, 8) select (row, column)];
        Assert.Equal(ring.Except(Set(targets.Positive)), Set(targets.Ignored));
    }

    [Fact]
    public void A_tiny_face_still_gets_the_nearest_cell()
    {
        using var scope = NewDisposeScope();

        var targets = Assign([new TrainingFace(new PixelBox(20.5f, 28.5f, 3, 3), null, false)]);

        Assert.Equal([(7, 5)], Set(targets.Positive));
    }

    [Fact]
    public void The_smaller_of_two_faces_gets_the_cell_and_an_ignored_one_gets_none()
    {
        using var scope = NewDisposeScope();
        var (large, small) = (new PixelBox(0, 0, 64, 64), new PixelBox(24, 24, 16, 16));

        var targets = Assign(
        [
            new TrainingFace(large, null, false),
            new TrainingFace(small, null, false),
            new TrainingFace(new PixelBox(0, 0, 12, 12), null, true),
        ]);

        Assert.Equal(1, targets.Face[0, 8, 8].item<long>());
        Assert.Equal(0, targets.Face[0, 5, 5].item<long>());
        Assert.False(targets.Positive[0, 1, 1].item<bool>());
        Assert.True(targets.Ignored[0, 1, 1].item<bool>());
        Assert.True(targets.Ignored[0, 0, 3].item<bool>());
        Assert.False(targets.Ignored[0, 0, 4].item<bool>());
    }

    [Fact]
    public void A_perfect_output_has_no_loss()
    {
        using var scope = NewDisposeScope();
        TrainingFace[] faces = [new(new PixelBox(12, 12, 40, 40), _points, false)];
        var targets = Assign(faces);

        var loss = DetectionLoss.Compute(Perfect(targets, faces[0]), targets);

        Assert.Equal(0, loss.Total.item<float>(), 1e-4);
    }

    [Fact]
    public void A_shifted_box_loses_by_overlap_and_distance()
    {
        using var scope = NewDisposeScope();
        TrainingFace[] faces = [new(new PixelBox(12, 12, 40, 40), null, false)];
        var targets = Assign(faces);
        var output = Perfect(targets, faces[0]);

        // Moved right by 10 of 40: intersection 30·40, union 50·40, and the hull equals the union, so GIoU = IoU = 0.6.
        output.Regressions[0, 0].add_(10);
        var loss = DetectionLoss.Compute(output, targets);

        // Each of the face's cells weighs 1/√cells, and so does the divisor; a distance of 10 in 40 is weighted by 0.3.
        Assert.Equal(1 - 0.6 + (0.3 * 10 / 40), loss.Box.item<float>(), 1e-4);
        Assert.Equal(0, loss.Landmarks.item<float>());
    }

    [Fact]
    public void A_false_positive_counts_unless_it_is_ignored()
    {
        using var scope = NewDisposeScope();
        TrainingFace[] ignored = [new(new PixelBox(12, 12, 40, 40), null, true)];
        var logits = full([1, Cells, Cells], -30f);
        logits[0, 8, 8] = 30f;
        var output = new DetectorOutput(logits, zeros(1, DetectorNetwork.Values, Cells, Cells));

        var ignoredLoss = DetectionLoss.Compute(output, Assign(ignored));
        var loss = DetectionLoss.Compute(output, Assign([]));

        Assert.Equal(0, ignoredLoss.Score.item<float>(), 1e-4);
        Assert.Equal(30, loss.Score.item<float>(), 1e-3);
    }

    [Fact]
    public void Gradients_are_finite_without_faces_and_with_degenerate_boxes()
    {
        using var scope = NewDisposeScope();
        var logits = zeros([2, Cells, Cells], requires_grad: true);
        var regressions = full([2, DetectorNetwork.Values, Cells, Cells], -5f, requires_grad: true);
        var batch = DetectionBatch.Of(
            [(new(64, 64), [new TrainingFace(new PixelBox(8, 8, 30, 30), _points, false)]), (new(64, 64), [])], 64);
        var targets = DetectionTargets.Assign(tensor(batch.Faces, [2, batch.FacesPerView, FaceRow.Length]), Cells, Cells);

        DetectionLoss.Compute(new DetectorOutput(logits, regressions), targets).Total.backward();

        Assert.True(logits.grad!.isfinite().all().item<bool>());
        Assert.True(regressions.grad!.isfinite().all().item<bool>());
        Assert.True(regressions.grad!.abs().sum().item<float>() > 0);
    }

    private static DetectionTargets Assign(TrainingFace[] faces)
    {
        var batch = DetectionBatch.Of([(new(4 * Cells, 4 * Cells), faces)], 4 * Cells);
        return DetectionTargets.Assign(tensor(batch.Faces, [1, batch.FacesPerView, FaceRow.Length]), Cells, Cells);
    }

    private static DetectorOutput Perfect(DetectionTargets targets, TrainingFace face)
    {
        var logits = where(targets.Positive, 30f, -30f);
        var regressions = zeros(1, DetectorNetwork.Values, Cells, Cells);
        var points = new float[LandmarkValues.Count];
        face.Landmarks?.CopyTo(points);
        for (var row = 0; row < Cells; row++)
        {
            for (var column = 0; column < Cells; column++)
            {
                var (x, y) = ((column * 4) + 2, (row * 4) + 2);
                float[] values =
                [
                    face.Box.Center.X - x, face.Box.Center.Y - y, face.Box.Width, face.Box.Height,
                    .. points.Select((value, i) => value - (i % 2 == 0 ? x : y)),
                ];
                regressions[0, TensorIndex.Colon, row, column] = tensor(values);
            }
        }

        return new DetectorOutput(logits, regressions);
    }

    private static (int Row, int Column)[] Set(Tensor mask)
    {
        var at = mask[0].nonzero().data<long>().ToArray();
        return [.. at.Chunk(2).Select(pair => ((int)pair[0], (int)pair[1]))];
    }
}
