namespace MaskApi.Training.Fitting;

/// <summary>
/// Lowers the learning rate when the validation loss stagnates (Keras's <c>ReduceLROnPlateau</c> with its other defaults).
/// </summary>
/// <param name="rate">The initial rate.</param>
/// <param name="patience">Epochs without progress before each reduction; 0 never lowers the rate.</param>
/// <param name="factor">Factor of each reduction.</param>
public sealed class PlateauSchedule(double rate, int patience, double factor)
{
    /// <summary>Minimum decrease of the loss that counts as progress.</summary>
    public const double MinDelta = 1e-4;

    /// <summary>The rate for the next epoch.</summary>
    public double Rate { get; private set; } = rate;

    /// <summary>The lowest loss so far.</summary>
    public double Best { get; private set; } = double.PositiveInfinity;

    /// <summary>Epochs since progress or the last reduction.</summary>
    public int Waited { get; private set; }

    /// <summary>Records an epoch's loss.</summary>
    /// <param name="loss">Validation loss.</param>
    /// <returns>True if the rate was reduced.</returns>
    public bool Report(double loss)
    {
        if (loss < Best - MinDelta)
        {
            (Best, Waited) = (loss, 0);
            return false;
        }

        if (patience == 0 || ++Waited < patience)
        {
            return false;
        }

        (Rate, Waited) = (Rate * factor, 0);
        return true;
    }

    /// <summary>Continues from an earlier run's state.</summary>
    /// <param name="rate">Its <see cref="Rate"/>.</param>
    /// <param name="best">Its <see cref="Best"/>.</param>
    /// <param name="waited">Its <see cref="Waited"/>.</param>
    public void Restore(double rate, double best, int waited) => (Rate, Best, Waited) = (rate, best, waited);
}
