using static TorchSharp.torch;

namespace MaskApi.Training.Detection;

/// <summary>The loss of a batch, as scalars on the device.</summary>
/// <param name="Total">The loss to minimize.</param>
/// <param name="Score">Its part for the scores.</param>
/// <param name="Box">Its part for the boxes.</param>
/// <param name="Landmarks">Its part for the key points.</param>
internal readonly record struct LossParts(Tensor Total, Tensor Score, Tensor Box, Tensor Landmarks);

/// <summary>
/// The detector's loss. Scores: quality focal loss with the box's overlap as target, so that the score tells how well the box fits (Li
/// et al., Generalized Focal Loss, 2020). Boxes: GIoU (Rezatofighi et al., 2019) plus a little L1. Key points: L1. A face weighs as much
/// as the square root of the number of its cells, so that large faces do not drown out small ones.
/// </summary>
/// <remarks>Dense over all cells: nothing is counted or selected on the host, so the host never waits for the device.</remarks>
internal static class DetectionLoss
{
    private const double BoxDistance = 0.3;
    private const double LandmarkDistance = 0.3;

    // Beyond this, a logit's gradient is zero in float32 anyway.
    private const double LogitLimit = 30;

    /// <summary>Computes the loss.</summary>
    /// <param name="output">The network's output.</param>
    /// <param name="targets">The targets of the same batch.</param>
    public static LossParts Compute(DetectorOutput output, DetectionTargets targets)
    {
        using var scope = NewDisposeScope();
        var logits = output.Logits.clamp(-LogitLimit, LogitLimit);
        var (rows, columns) = (logits.shape[1], logits.shape[2]);

        // [18, n, rows, columns]: each cell's face, or an arbitrary one with zero weight if the cell has none.
        var positive = targets.Positive.to_type(ScalarType.Float32);
        var index = targets.Face.reshape(-1);
        var face = targets.Rows.index_select(0, index).transpose(0, 1).reshape(FaceRow.Length, -1, rows, columns);
        var cells = zeros(targets.Rows.shape[0], device: logits.device).scatter_add_(0, index, positive.reshape(-1)).index_select(0, index);
        var weight = positive / cells.clamp_min(1).sqrt().reshape(positive.shape);
        var total = weight.sum().clamp_min(1);

        var centerX = DetectionTargets.Centers(columns, logits.device);
        var centerY = DetectionTargets.Centers(rows, logits.device).unsqueeze(1);
        Tensor Value(int channel) => output.Regressions.select(1, channel);
        var (x, y, width, height) = (centerX + Value(0), centerY + Value(1), Value(2), Value(3));
        var longer = maximum(face[2], face[3]).clamp_min(1);

        var (overlap, giou) = Overlap(x, y, width.clamp_min(1), height.clamp_min(1), face);
        var distance = ((x - face[0] - (face[2] / 2)).abs() + (y - face[1] - (face[3] / 2)).abs()
            + (width - face[2]).abs() + (height - face[3]).abs()) / longer;
        var box = ((1 - giou + (BoxDistance * distance)) * weight).sum() / total;

        var centers = stack([centerX.expand_as(x), centerY.expand_as(y)], 1).repeat(1, LandmarkValues.Count / 2, 1, 1);
        var points = face.slice(0, FaceRow.Landmarks, FaceRow.Landmarks + LandmarkValues.Count, 1).transpose(0, 1);
        var known = weight * face[FaceRow.HasLandmarks];
        var miss = (output.Regressions.slice(1, 4, DetectorNetwork.Values, 1) + centers - points).abs().mean([1]);
        var landmarks = (miss / longer * known).sum() / total;

        var quality = overlap.detach().clamp(0, 1) * positive;
        var focus = (logits.sigmoid() - quality).square();
        var entropy = nn.functional.binary_cross_entropy_with_logits(logits, quality, reduction: nn.Reduction.None);
        var importance = where(targets.Positive, weight, targets.Ignored.logical_not().to_type(ScalarType.Float32));
        var score = (entropy * focus * importance).sum() / total;

        var sum = score + box + (LandmarkDistance * landmarks);
        return new LossParts(
            sum.MoveToOuterDisposeScope(),
            score.detach().MoveToOuterDisposeScope(),
            box.detach().MoveToOuterDisposeScope(),
            landmarks.detach().MoveToOuterDisposeScope());
    }

    // IoU and GIoU: the latter subtracts the share of the hull that neither box covers.
    private static (Tensor Overlap, Tensor Generalized) Overlap(Tensor x, Tensor y, Tensor width, Tensor height, Tensor face)
    {
        var (left, top, right, bottom) = (x - (width / 2), y - (height / 2), x + (width / 2), y + (height / 2));
        var (faceRight, faceBottom) = (face[0] + face[2], face[1] + face[3]);
        var shared = (minimum(right, faceRight) - maximum(left, face[0])).clamp_min(0)
            * (minimum(bottom, faceBottom) - maximum(top, face[1])).clamp_min(0);
        var joint = (width * height) + (face[2] * face[3]) - shared;
        var hull = (maximum(right, faceRight) - minimum(left, face[0])) * (maximum(bottom, faceBottom) - minimum(top, face[1]));
        var overlap = shared / joint;
        return (overlap, overlap - ((hull - joint) / hull));
    }
}
