@echo off
rem Runs pocketmq from wherever this file is.
node "%~dp0run.js" %*
