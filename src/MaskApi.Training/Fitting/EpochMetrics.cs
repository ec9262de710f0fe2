namespace MaskApi.Training.Fitting;

/// <summary>What one epoch came to.</summary>
/// <param name="Phase">1 for the head alone, 2 for the head and the top of the backbone.</param>
/// <param name="Epoch">From 1, in its phase.</param>
/// <param name="LearningRate">Adam's rate in this epoch.</param>
/// <param name="TrainLoss">Mean weighted loss while learning (dropout on).</param>
/// <param name="TrainAccuracy">Accuracy while learning, 0–1.</param>
/// <param name="ValidationLoss">Binary cross-entropy on the faces held back.</param>
/// <param name="ValidationAccuracy">Accuracy on the faces held back, 0–1.</param>
/// <param name="ValidationBalancedAccuracy">Mean of both classes' recalls on the faces held back, 0–1.</param>
/// <param name="Improved">Whether its weights are the best so far.</param>
/// <param name="Seconds">Duration.</param>
/// <param name="PicturesPerSecond">Training pictures a second.</param>
public sealed record EpochMetrics(
    int Phase,
    int Epoch,
    double LearningRate,
    double TrainLoss,
    double TrainAccuracy,
    double ValidationLoss,
    double ValidationAccuracy,
    double ValidationBalancedAccuracy,
    bool Improved,
    double Seconds,
    double PicturesPerSecond);
