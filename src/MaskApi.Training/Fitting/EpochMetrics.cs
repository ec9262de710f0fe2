namespace MaskApi.Training.Fitting;

/// <summary>The metrics of one epoch.</summary>
/// <param name="Phase">1 for the head alone, 2 for the head and the top of the backbone.</param>
/// <param name="Epoch">Counts from 1 within its phase.</param>
/// <param name="LearningRate">Adam's rate in this epoch.</param>
/// <param name="TrainLoss">Mean weighted training loss, with dropout.</param>
/// <param name="TrainAccuracy">Training accuracy, 0–1.</param>
/// <param name="ValidationLoss">Binary cross-entropy on the held-back faces.</param>
/// <param name="ValidationAccuracy">Accuracy on the held-back faces, 0–1.</param>
/// <param name="ValidationBalancedAccuracy">Mean of both classes' recalls on the held-back faces, 0–1.</param>
/// <param name="Improved">Whether its weights are the best so far.</param>
/// <param name="Seconds">Duration.</param>
/// <param name="PicturesPerSecond">Training pictures per second.</param>
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
