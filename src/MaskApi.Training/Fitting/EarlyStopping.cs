namespace MaskApi.Training.Fitting;

/// <summary>Detects when the validation loss has stopped falling (Keras's <c>EarlyStopping</c>).</summary>
/// <param name="patience">Epochs without a better loss before stopping.</param>
public sealed class EarlyStopping(int patience)
{
    /// <summary>The lowest loss so far.</summary>
    public double Best { get; private set; } = double.PositiveInfinity;

    /// <summary>Epochs since the lowest loss.</summary>
    public int Waited { get; private set; }

    /// <summary>True once the patience has run out.</summary>
    public bool ShouldStop => Waited >= patience;

    /// <summary>Records an epoch's loss.</summary>
    /// <param name="loss">Validation loss; not-a-number never counts as better.</param>
    /// <returns>True if it is the lowest so far, so the weights are worth keeping.</returns>
    public bool Report(double loss)
    {
        if (loss < Best)
        {
            (Best, Waited) = (loss, 0);
            return true;
        }

        Waited++;
        return false;
    }

    /// <summary>Continues from an earlier run's state.</summary>
    /// <param name="best">Its <see cref="Best"/>.</param>
    /// <param name="waited">Its <see cref="Waited"/>.</param>
    public void Restore(double best, int waited) => (Best, Waited) = (best, waited);
}
