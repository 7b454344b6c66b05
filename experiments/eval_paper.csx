#load "../src/Scripting/svco.csx"

// The paper's eight benchmarks (Table 1) with the official prompts and rules, and once more without the images (Fig. 6).
//   svco eval experiments/eval_paper.csx --models base=llava-hf/llava-interleave-qwen-7b-hf svco=runs/svco_lvint/checkpoint --data ROOT
// `svco eval --list --data ROOT` says what goes into ROOT; --dry-run says what the judges would cost.
var evaluation = Evaluation("paper") with { WithoutImages = true };

return await evaluation.Run(Args);
