using System.Diagnostics;
using MaskApi.Training.Fitting;
using static TorchSharp.torch;

namespace MaskApi.Training.Detection;

/// <summary>Progress of training. Losses and speed are means since the last report.</summary>
internal readonly record struct DetectorProgress(
    int Step, int Steps, double Loss, double Score, double Box, double Landmarks, double LearningRate, double ViewsPerSecond);

/// <summary>Trains the network: AdamW, warm-up and cosine schedule, gradient clipping, averaged weights.</summary>
internal static class DetectorTrainer
{
    /// <summary>Steps between reports. Only a report waits for the device.</summary>
    public const int ReportEvery = 50;

    private const double MinRate = 0.01;

    /// <summary>Trains in place. The network ends up with the averaged weights.</summary>
    /// <param name="network">The network, on <paramref name="device"/>.</param>
    /// <param name="batches">The source of views.</param>
    /// <param name="steps">Number of steps, one batch each.</param>
    /// <param name="recipe">Learning rate and other settings.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="report">Receives progress every <see cref="ReportEvery"/> steps and at the end.</param>
    /// <param name="cancellationToken">Cancels training with an exception.</param>
    public static async Task FitAsync(
        DetectorNetwork network,
        DetectionBatches batches,
        int steps,
        DetectorRecipe recipe,
        Device device,
        Action<DetectorProgress> report,
        CancellationToken cancellationToken)
    {
        var parameters = network.Parameters;
        using var optimizer = optim.AdamW(parameters, recipe.LearningRate, weight_decay: recipe.WeightDecay);
        using var average = new WeightAverage(parameters, recipe.AverageDecay);
        using var sums = zeros(4, device: device);
        var (step, since) = (0, 0);
        var clock = Stopwatch.StartNew();
        network.train();
        await foreach (var batch in batches.RenderAsync(steps, cancellationToken).ConfigureAwait(false))
        {
            var rate = recipe.LearningRate * Schedule(step, steps, recipe.WarmUpSteps);
            foreach (var group in optimizer.ParamGroups)
            {
                group.LearningRate = rate;
            }

            Step(network, batch, optimizer, recipe.GradientNorm, device, sums);
            average.Update();
            (step, since) = (step + 1, since + 1);
            if (step % ReportEvery != 0 && step != steps)
            {
                continue;
            }

            var means = sums.cpu().data<float>().ToArray().Select(sum => (double)sum / since).ToArray();
            report(new DetectorProgress(
                step, steps, means[0], means[1], means[2], means[3], rate, since * recipe.BatchSize / clock.Elapsed.TotalSeconds));
            sums.zero_();
            since = 0;
            clock.Restart();
        }

        average.Snapshot.Restore();
        network.eval();
    }

    /// <summary>Factor of the learning rate: a linear warm-up times a cosine over the whole run.</summary>
    /// <param name="step">Current step, from 0.</param>
    /// <param name="steps">Steps of the whole run.</param>
    /// <param name="warmUp">Steps of the warm-up.</param>
    public static double Schedule(int step, int steps, int warmUp) =>
        (Math.Min(1, (step + 1.0) / Math.Max(1, warmUp)) * 0.5 * (1 + Math.Cos(Math.PI * step / steps))) + MinRate;

    private static void Step(
        DetectorNetwork network, DetectionBatch batch, optim.Optimizer optimizer, double norm, Device device, Tensor sums)
    {
        using var scope = NewDisposeScope();
        var faces = tensor(batch.Faces, [batch.Count, batch.FacesPerView, FaceRow.Length]).to(device);
        var output = network.forward(DetectorInput.Of(batch.Rgb, batch.Count, batch.Side, device));
        var targets = DetectionTargets.Assign(faces, output.Logits.shape[1], output.Logits.shape[2]);
        var loss = DetectionLoss.Compute(output, targets);
        optimizer.zero_grad();
        loss.Total.backward();
        Clip(network, norm);
        optimizer.step();
        using var frozen = no_grad();
        sums.add_(stack([loss.Total, loss.Score, loss.Box, loss.Landmarks]));
    }

    // torch.nn.utils.clip_grad_norm_ returns the norm to the host and so waits for the device in every step.
    private static void Clip(DetectorNetwork network, double maxNorm)
    {
        using var frozen = no_grad();
        var gradients = network.Parameters.Select(parameter => parameter.grad).OfType<Tensor>().ToArray();
        var norm = stack(gradients.Select(gradient => gradient.norm())).norm();
        var factor = (maxNorm / (norm + 1e-6)).clamp_max(1);
        foreach (var gradient in gradients)
        {
            gradient.mul_(factor);
        }
    }
}
