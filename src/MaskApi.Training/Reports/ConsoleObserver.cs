using MaskApi.Training.Fitting;

namespace MaskApi.Training.Reports;

/// <summary>Shows the progress of a run.</summary>
internal sealed class ConsoleObserver : ITrainingObserver
{
    public Task<T> FollowAsync<T>(string what, int total, Func<IProgress<int>, Task<T>> work) =>
        RunConsole.ProgressAsync(what, total, work);

    public void EpochDone(EpochMetrics metrics, int epochs)
    {
        var left = TimeSpan.FromSeconds((epochs - metrics.Epoch) * metrics.Seconds);
        RunConsole.Line(
            $"phase {metrics.Phase} epoch {metrics.Epoch,2}/{epochs}  loss {metrics.TrainLoss:0.0000}  accuracy "
                + $"{metrics.TrainAccuracy:0.0000}  "
            + $"validation loss {metrics.ValidationLoss:0.0000}  accuracy {metrics.ValidationAccuracy:0.0000}  balanced "
            + $"{metrics.ValidationBalancedAccuracy:0.0000}  "
            + $"rate {metrics.LearningRate:0.0e+0}  {metrics.PicturesPerSecond,5:0} pictures/s  at most {left:hh\\:mm\\:ss} "
            + $"left{(metrics.Improved ? "  *" : string.Empty)}");
    }
}

/// <summary>Prints only the long steps, not every epoch.</summary>
internal sealed class QuietObserver : ITrainingObserver
{
    public Task<T> FollowAsync<T>(string what, int total, Func<IProgress<int>, Task<T>> work) =>
        RunConsole.ProgressAsync(what, total, work);

    public void EpochDone(EpochMetrics metrics, int epochs)
    {
    }
}
