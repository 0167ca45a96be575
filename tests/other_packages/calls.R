# What R's glmnet says to the calls in the first column of docs/coming_from_glmnet.md, as JSON by the text
# of the call. From this folder:
#
#     Rscript calls.R > calls_glmnet.json
#
# A model says what it predicts for the first 8 rows (the mean response; for cv.glmnet at lambda.min),
# numbers say themselves, and the default of an argument says its own text.

suppressMessages({
  library(glmnet)
  library(survival)
})

table <- read.csv("table.csv")
x <- as.matrix(table[, 1:6])
y <- table$gaussian
label <- table$label
kind <- factor(table$kind)
count <- table$count
positive <- table$positive
survival <- Surv(table$time, table$event)
both <- cbind(table$gaussian, table$second)
weight <- table$weight
fold <- table$fold
price <- c(1, 0, 2, 1, 0.5, 3)
lambda <- 10^seq(0, -2, length.out = 8)

# to the last digits; formals(glmnet) are those of the package
glmnet.control(fdev = 0, devmax = 1, epsnr = 1e-13, mxitnr = 1000)
precise <- function(f) function(...) f(..., thresh = 1e-22, maxit = 1e7)
run <- list2env(list(glmnet = precise(glmnet::glmnet), cv.glmnet = precise(glmnet::cv.glmnet)))

answer <- function(code) {
  if (startsWith(code, "formals")) {
    return(paste0('"', deparse(eval(parse(text = code))), '"'))
  }
  found <- eval(parse(text = code), run)
  if (inherits(found, "cv.glmnet")) {
    found <- predict(found, x[1:8, ], s = "lambda.min", type = "response")
  } else if (inherits(found, "glmnet")) {
    found <- predict(found, x[1:8, ], type = "response")
  }
  paste0("[", paste(sprintf("%.12g", as.numeric(found)), collapse = ", "), "]")
}

lines <- readLines("../../docs/coming_from_glmnet.md", encoding = "UTF-8")
rows <- lines[startsWith(lines, "| `")]
calls <- sub("^\\| `([^`]*)` \\|.*", "\\1", rows)
entries <- sapply(calls, function(code) paste0('"', gsub('"', '\\\\"', code), '": ', answer(code)))
cat("{", paste(entries, collapse = ",\n"), "}", sep = "\n")
