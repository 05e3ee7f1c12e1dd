@echo off
rem Starts a name server and a broker, each in a window of its own.
start "mqnamesrv" cmd /k "%~dp0mqnamesrv.cmd"
start "mqbroker" cmd /k "%~dp0mqbroker.cmd" -n 127.0.0.1:9876 autoCreateTopicEnable=true
