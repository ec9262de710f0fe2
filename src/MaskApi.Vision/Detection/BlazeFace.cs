using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Vision.Detection;

/// <summary>One BlazeFace model: a square of a picture in, scored faces out.</summary>
internal sealed class BlazeFace : IDisposable
{
    private static readonly string[] _outputNames = ["scores", "boxes", "keypoints"];

    private readonly OnnxModel _model;
    private readonly string[] _inputNames;
    private readonly Pool<Workspace> _workspaces;

    private BlazeFace(OnnxModel model)
    {
        _model = model;
        _inputNames = [model.Session.InputNames[0]];
        var anchors = model.Session.OutputMetadata["scores"].Dimensions[0];
        _workspaces = new Pool<Workspace>(() => new Workspace(model.Info.InputSize, anchors));
    }

    internal ModelInfo Info => _model.Info;

    internal static BlazeFace Load(string name, VisionOptions options)
    {
        var model = OnnxModel.Load(
            name,
            [new TensorSpec(TensorSpec.OnlyInput, TensorElementType.UInt8, 1, -1, -1, 3)],
            [
                new TensorSpec("scores", TensorElementType.Float, -1),
                new TensorSpec("boxes", TensorElementType.Float, -1, 4),
                new TensorSpec("keypoints", TensorElementType.Float, -1, 12),
            ],
            options);
        return new BlazeFace(model);
    }

    /// <summary>Looks at one square of a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="look">The square, and the narrowest face that is believed there.</param>
    /// <param name="index">The look's place in the plan.</param>
    /// <param name="leastScore">Faces that score less are left out.</param>
    /// <param name="found">Where the faces go, in pixels of the picture.</param>
    internal void Look(Raster picture, Look look, int index, float leastScore, List<FaceCandidate> found)
    {
        var workspace = _workspaces.Rent();
        try
        {
            workspace.Letterbox.Fill(picture, look.Region, workspace.Input.Data);
            _model.Session.Run(workspace.Options, _inputNames, workspace.Inputs, _outputNames, workspace.Outputs);
            workspace.Collect(look, index, leastScore, found);
        }
        finally
        {
            _workspaces.Return(workspace);
        }
    }

    public void Dispose()
    {
        _workspaces.Dispose();
        _model.Dispose();
    }

    /// <summary>The buffers of one run.</summary>
    private sealed class Workspace : IDisposable
    {
        private readonly NativeTensor<float> _scores;
        private readonly NativeTensor<float> _boxes;
        private readonly NativeTensor<float> _keypoints;

        internal Workspace(int size, int anchors)
        {
            Letterbox = new Letterbox(size);
            Input = new NativeTensor<byte>(1, size, size, 3);
            _scores = new NativeTensor<float>(anchors);
            _boxes = new NativeTensor<float>(anchors, 4);
            _keypoints = new NativeTensor<float>(anchors, 12);
            Inputs = [Input.Value];
            Outputs = [_scores.Value, _boxes.Value, _keypoints.Value];
        }

        internal Letterbox Letterbox { get; }

        internal NativeTensor<byte> Input { get; }

        internal RunOptions Options { get; } = new();

        internal OrtValue[] Inputs { get; }

        internal OrtValue[] Outputs { get; }

        /// <summary>Turns the outputs, 0–1 of the square, into pixels of the picture.</summary>
        internal void Collect(Look look, int index, float leastScore, List<FaceCandidate> found)
        {
            var scores = _scores.Data;
            var region = look.Region;
            for (var anchor = 0; anchor < scores.Length; anchor++)
            {
                // Written so that NaN, which a damaged model may answer, is left out too.
                var box = _boxes.Data.Slice(anchor * 4, 4);
                if (!(scores[anchor] >= leastScore && box[2] - box[0] >= look.LeastFace))
                {
                    continue;
                }

                var geometry = default(FaceGeometry);
                Span<float> numbers = geometry;
                box.CopyTo(numbers);
                _keypoints.Data.Slice(anchor * 12, 12).CopyTo(numbers[4..]);
                for (var i = 0; i < numbers.Length; i += 2)
                {
                    numbers[i] = region.X + (numbers[i] * region.Side);
                    numbers[i + 1] = region.Y + (numbers[i + 1] * region.Side);
                }

                found.Add(new FaceCandidate(geometry, scores[anchor], index));
            }
        }

        public void Dispose()
        {
            Options.Dispose();
            Input.Dispose();
            _scores.Dispose();
            _boxes.Dispose();
            _keypoints.Dispose();
        }
    }
}
