using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>The BlazeFace model, for inputs of any size: part of a picture in, scored faces out.</summary>
internal sealed class BlazeFaceModel : IDisposable
{
    /// <summary>Input pixels between neighboring anchors. Each anchor detects at most one face.</summary>
    internal const int Stride = 4;

    /// <summary>Minimum side of a face, in input pixels.</summary>
    internal const float MinSide = 2;

    /// <summary>Input pixels from which on a run is shared out among idle cores. Below, waking them takes what they save.</summary>
    private const int LargeRun = 2 * PassPlan.Unit;

    /// <summary>Scores, boxes and key points.</summary>
    internal static readonly string[] OutputNames = ["scores", "boxes", "keypoints"];

    private readonly OnnxModel _model;
    private readonly string[] _inputNames;
    private readonly PassBatches? _batches;
    private readonly Pool<Workspace> _workspaces = new(static () => new Workspace());

    private BlazeFaceModel(OnnxModel model, bool batches)
    {
        _model = model;
        _batches = batches ? new PassBatches(model) : null;
        _inputNames = [model.Session.InputNames[0]];
    }

    internal ModelInfo Info => _model.Info;

    internal static BlazeFaceModel Load(string name, VisionOptions options)
    {
        var batches = options.Batches;
        var model = OnnxModel.Load(
            name,
            [new TensorSpec(TensorSpec.OnlyInput, TensorElementType.UInt8, batches ? -1 : 1, -1, -1, 3)],
            [
                new TensorSpec("scores", TensorElementType.Float, -1),
                new TensorSpec("boxes", TensorElementType.Float, batches ? [-1, -1, 4] : [-1, 4]),
                new TensorSpec("keypoints", TensorElementType.Float, batches ? [-1, -1, 12] : [-1, 12]),
            ],
            options,
            batches ? PassBatches.Graph : null,
            hasLargeRuns: true);
        if (model.Session.InputMetadata.Values.First().Dimensions[1] > 0)
        {
            model.Dispose();
            throw new ModelLoadException($"Model file '{model.Info.File}' accepts only one input size; a detector must accept any.");
        }

        return new BlazeFaceModel(model, batches);
    }

    /// <summary>Runs one pass over a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="pass">Which part of the picture, at which scale and rotation.</param>
    /// <param name="minScore">Faces that score less are dropped.</param>
    /// <param name="found">The destination, in pixels of the picture.</param>
    /// <param name="cancellationToken">Ends the wait for a batch.</param>
    internal void Run(
        Raster picture, DetectionPass pass, float minScore, List<FaceCandidate> found, CancellationToken cancellationToken)
    {
        var workspace = _workspaces.Rent();
        try
        {
            if (_batches is null)
            {
                workspace.Run(_model, _inputNames, picture, pass);
            }
            else
            {
                workspace.Run(_batches, picture, pass, cancellationToken);
            }

            workspace.Collect(pass, minScore, found);
        }
        finally
        {
            _workspaces.Return(workspace);
        }
    }

    /// <summary>Frees unused buffers and makes the next run release memory that no run uses any more.</summary>
    internal void TrimMemory()
    {
        _workspaces.Trim();
        _model.ShrinkAfterNextRun();
    }

    public void Dispose()
    {
        _batches?.Dispose();
        _workspaces.Dispose();
        _model.Dispose();
    }

    /// <summary>The buffers of one run. They grow to the largest input seen, which <see cref="PassPlan.MaxPixelsPerRun"/> bounds.</summary>
    private sealed class Workspace : IDisposable
    {
        private readonly Letterbox _letterbox = new();
        private readonly NativeBuffer<byte> _input = new();
        private readonly NativeBuffer<byte> _sample = new();
        private readonly NativeBuffer<float> _scores = new();
        private readonly NativeBuffer<float> _boxes = new();
        private readonly NativeBuffer<float> _keypoints = new();

        internal void Run(OnnxModel model, string[] inputNames, Raster picture, DetectionPass pass)
        {
            var (width, height) = (pass.InputWidth, pass.InputHeight);
            var anchors = width / Stride * (height / Stride);
            using var input = _input.Tensor(1, height, width, 3);
            using var scores = _scores.Tensor(anchors);
            using var boxes = _boxes.Tensor(anchors, 4);
            using var keypoints = _keypoints.Tensor(anchors, 12);
            Fill(picture, pass);
            model.Run(inputNames, [input], OutputNames, [scores, boxes, keypoints], pass.InputPixels >= LargeRun);
        }

        internal void Run(PassBatches batches, Raster picture, DetectionPass pass, CancellationToken cancellationToken)
        {
            _input.Resize(pass.InputWidth * pass.InputHeight * 3);
            Fill(picture, pass);
            batches.Run(new PassRun(pass.InputWidth, pass.InputHeight, _input, _scores, _boxes, _keypoints), cancellationToken);
        }

        /// <summary>Maps the outputs from 0–1 of the input to pixels of the picture.</summary>
        internal void Collect(DetectionPass pass, float minScore, List<FaceCandidate> found)
        {
            var map = new PassTransform(pass);
            var (minWidth, minHeight) = (MinSide / pass.InputWidth, MinSide / pass.InputHeight);
            var scores = _scores.Data;
            for (var anchor = 0; anchor < scores.Length; anchor++)
            {
                // Written so that NaN, which a damaged model may return, is dropped too.
                var box = _boxes.Data.Slice(anchor * 4, 4);
                if (!(scores[anchor] >= minScore && box[2] - box[0] >= minWidth && box[3] - box[1] >= minHeight))
                {
                    continue;
                }

                var geometry = default(FaceGeometry);
                Span<float> numbers = geometry;
                box.CopyTo(numbers);
                _keypoints.Data.Slice(anchor * 12, 12).CopyTo(numbers[4..]);
                map.ToPicture(ref geometry);
                found.Add(new FaceCandidate(geometry, scores[anchor]));
            }
        }

        public void Dispose()
        {
            _input.Dispose();
            _sample.Dispose();
            _scores.Dispose();
            _boxes.Dispose();
            _keypoints.Dispose();
        }

        private void Fill(Raster picture, DetectionPass pass)
        {
            if (pass.IsPlain)
            {
                _letterbox.Fill(picture, pass.Region, pass.SampleWidth, pass.SampleHeight, _input.Data);
                return;
            }

            _sample.Resize((pass.SampleWidth * pass.SampleHeight * 3) + 1);
            _letterbox.Fill(picture, pass.Region, pass.SampleWidth, pass.SampleHeight, _sample.Data);
            RotatedSample.Fill(_sample.Data, pass, _input.Data);
        }
    }
}
