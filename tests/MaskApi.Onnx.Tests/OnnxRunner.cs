using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Onnx.Tests;

/// <summary>Runs an in-memory model once on ONNX Runtime's CPU provider.</summary>
internal static class OnnxRunner
{
    public static IReadOnlyDictionary<string, float[]> Run(byte[] model, params (string Name, Array Values, long[] Shape)[] inputs)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(model, options);
        return Run(session, inputs);
    }

    public static IReadOnlyDictionary<string, float[]> Run(
        InferenceSession session, params (string Name, Array Values, long[] Shape)[] inputs)
    {
        var values = inputs.ToDictionary(input => input.Name, input => input.Values switch
        {
            float[] floats => OrtValue.CreateTensorValueFromMemory(floats, input.Shape),
            byte[] bytes => OrtValue.CreateTensorValueFromMemory(bytes, input.Shape),
            _ => throw new ArgumentException($"'{input.Name}' is neither float nor byte.", nameof(inputs)),
        });
        try
        {
            using var runOptions = new RunOptions();
            using var outputs = session.Run(runOptions, values, session.OutputNames);
            return session.OutputNames.Zip(outputs).ToDictionary(
                pair => pair.First, pair => pair.Second.GetTensorDataAsSpan<float>().ToArray());
        }
        finally
        {
            foreach (var value in values.Values)
            {
                value.Dispose();
            }
        }
    }
}
