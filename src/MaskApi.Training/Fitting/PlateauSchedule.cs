namespace MaskApi.Training.Fitting;

/// <summary>
/// Lowers the learning rate when the validation loss stands still (Keras's <c>ReduceLROnPlateau</c>, its defaults elsewhere).
/// </summary>
/// <param name="rate">The rate to begin with.</param>
/// <param name="patience">Epochs without progress before each fall; 0 never lowers the rate.</param>
/// <param name="factor">What the rate is multiplied by.</param>
public sealed class PlateauSchedule(double rate, int patience, double factor)
{
    /// <summary>A loss must be lower by more than this to count as progress.</summary>
    public const double MinDelta = 1e-4;

    /// <summary>The rate for the next epoch.</summary>
    public double Rate { get; private set; } = rate;

    /// <summary>The lowest loss so far.</summary>
    public double Best { get; private set; } = double.PositiveInfinity;

    /// <summary>Epochs since progress or since the last fall.</summary>
    public int Waited { get; private set; }

    /// <summary>Takes in an epoch's loss.</summary>
    /// <param name="loss">Validation loss.</param>
    /// <returns>True when the rate has fallen.</returns>
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

    /// <summary>Continues where an earlier run was.</summary>
    /// <param name="rate">Its <see cref="Rate"/>.</param>
    /// <param name="best">Its <see cref="Best"/>.</param>
    /// <param name="waited">Its <see cref="Waited"/>.</param>
    public void Restore(double rate, double best, int waited) => (Rate, Best, Waited) = (rate, best, waited);
}
